package org.apache.predictionio.runtime

import org.apache.predictionio.data.storage.EngineInstance
import org.apache.predictionio.runtime.json.JsonFault
import org.apache.predictionio.runtime.link.{Link, Messages}
import org.apache.predictionio.workflow.CleanupFunctions

import org.json4s._

import java.util.concurrent.{ExecutorService, Executors, TimeUnit}
import java.util.concurrent.atomic.AtomicInteger

/** Answers queries with a trained engine until it is told to stop or the native process is gone. */
private[runtime] object ServeVerb {

  /** Serves as the spec says. */
  def run(spec: Spec, link: Link, control: StopListener): Unit = {
    val instance = EngineLoading.instance(spec.text(spec.options, "engineInstanceId"))
    val deployed = Deployed.of(spec, instance, "Serving")
    val threads = pool(EngineLoading.loader)
    LeftOut.serve()
    link.send(ready(instance, deployed))
    val messages = link.received
    while (messages.hasNext) messages.next() match {
      case query if query \ "type" == JString("query") => threads.execute(() => reply(link, deployed, query))
      case stop if stop \ "type" == JString("stop") =>
        end(threads)
        return
      case _ => ()
    }
    StopListener.endNow()
  }

  private def end(threads: ExecutorService): Unit = {
    threads.shutdown()
    threads.awaitTermination(StopListener.StopSeconds.toLong, TimeUnit.SECONDS)
    CleanupFunctions.run()
  }

  /** More threads than processors: engines wait for the database while they answer, and a few queries that hang must not
    * keep all others waiting.
    */
  private def pool(loader: ClassLoader): ExecutorService = {
    val number = new AtomicInteger
    Executors.newFixedThreadPool(
      math.max(16, 4 * Runtime.getRuntime.availableProcessors),
      (work: Runnable) => {
        val thread = new Thread(work, s"query-${number.incrementAndGet()}")
        thread.setContextClassLoader(loader)
        thread.setDaemon(true)
        thread
      }
    )
  }

  private def ready(instance: EngineInstance, deployed: Deployed): JObject = Messages.message(
    "ready",
    "engineInstanceId" -> JString(instance.id),
    "startTime" -> JString(instance.startTime.toString),
    "algorithms" -> JArray(deployed.algorithms.map(a => JString(a.getClass.getName)).toList),
    "info" -> JObject(
      "dataSourceParams" -> JString(instance.dataSourceParams),
      "preparatorParams" -> JString(instance.preparatorParams),
      "algorithmsParams" -> JString(instance.algorithmsParams),
      "servingParams" -> JString(instance.servingParams),
      "engineFactory" -> JString(instance.engineFactory)
    )
  )

  /** Answers a query, whatever happens: one without an answer would keep its place in the front's queue. Where nothing can
    * be answered any more the process ends, and the front replaces it.
    */
  private[runtime] def reply(link: Link, deployed: Deployed, query: JValue): Unit =
    try {
      val id: JField = "id" -> (query \ "id")
      try link.send(answer(deployed, id, query))
      catch {
        case e: Throwable =>
          // An exception of the engine's own may fail to say what it is.
          val refused =
            try refusal(id, e)
            catch { case worse: Throwable => refusal(id, worse) }
          link.send(refused)
          if (Memory.isExhausted(e)) {
            link.send(Messages.error(Errors.outOfMemory(e)))
            StopListener.endNow()
          }
      }
    } catch { case _: Throwable => StopListener.endNow() }

  private def answer(deployed: Deployed, id: JField, message: JValue): JObject = {
    val body = message \ "body" match {
      case JString(text) => text
      case _ => ""
    }
    val answer = deployed.answer(body)
    Messages.message(
      "answer",
      id,
      "status" -> JInt(200),
      "body" -> JString(answer.json),
      "contentType" -> JString("application/json"),
      "prId" -> Messages.optional(answer.prId.map(JString(_)))
    )
  }

  private def refusal(id: JField, e: Throwable): JObject = {
    val (status, words) = e match {
      case fault: JsonFault => (400, fault.getMessage)
      case fault: MappingException => (400, s"The query is not as it should be: ${fault.getMessage}.")
      case known: UserError => (500, s"${known.what} ${known.why}")
      case other => (500, s"The engine could not answer this query. ${Errors.describe(other)}.")
    }
    Messages.message(
      "answer",
      id,
      "status" -> JInt(status),
      "message" -> JString(words),
      "detail" -> (if (status == 500) JString(Messages.trace(e)) else JNull)
    )
  }
}
