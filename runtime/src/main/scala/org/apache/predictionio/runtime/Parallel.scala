package org.apache.predictionio.runtime

import java.util.concurrent.Executors
import scala.concurrent.duration.Duration
import scala.concurrent.{Await, ExecutionContext, Future}

/** Does several things at once. */
private[predictionio] object Parallel {

  /** Applies a function to each element, a few at once, and keeps the order. The first failure is thrown. */
  def map[A, B](elements: Seq[A])(work: A => B): Seq[B] = {
    val threads = math.max(1, math.min(elements.size, math.min(4, Runtime.getRuntime.availableProcessors)))
    val pool = Executors.newFixedThreadPool(threads)
    implicit val context: ExecutionContext = ExecutionContext.fromExecutor(pool)
    try Await.result(Future.sequence(elements.map(element => Future(work(element)))), Duration.Inf)
    finally pool.shutdownNow()
  }
}
