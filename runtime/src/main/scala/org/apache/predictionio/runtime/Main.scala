package org.apache.predictionio.runtime

import org.apache.predictionio.runtime.json.Leniency
import org.apache.predictionio.runtime.link.{Link, Messages}

import org.json4s.JObject

import java.nio.file.Paths
import scala.util.control.NonFatal

/** The process that native code starts: does what the spec file says, tells how far it is, and ends with one result or
  * error. See docs/native-jvm.md.
  */
object Main {

  /** Runs.
    *
    * @param args the spec file
    */
  def main(args: Array[String]): Unit = {
    val link = Link.open()
    link.send(Messages.hello)
    val status =
      try {
        run(args, link)
        0
      } catch {
        case e: Throwable =>
          link.send(Messages.error(understood(e)))
          1
      }
    System.exit(status)
  }

  private def run(args: Array[String], link: Link): Unit = {
    if (args.length != 1) throw Errors.badSpec("It takes one argument, the spec file.")
    val spec = Spec.read(args.head)
    prepare(spec, link)
    val control = new StopListener(link)
    if (spec.verb == "serve") ServeVerb.run(spec, link, control)
    else {
      control.start()
      val result =
        try work(spec, control)
        finally LeftOut.tell()
      control.end()
      link.send(result)
    }
  }

  private def prepare(spec: Spec, link: Link): Unit = {
    Errors.variantFile = Paths.get(spec.variantFile).getFileName.toString
    Leniency.missingIsZero = spec.lenient
    spec.database.foreach(DatabaseSettings.use)
    LeftOut.listen(text => link.send(Messages.warning(text)))
    Progress.listen((stage, text, done, total) => link.send(Messages.progress(stage, text, done, total)))
  }

  private def work(spec: Spec, control: StopListener): JObject =
    try
      spec.verb match {
        case "train" => TrainVerb.run(spec)
        case "eval" => EvalVerb.run(spec)
        case "batchpredict" => BatchPredictVerb.run(spec)
        case "warm-up" => WarmUpVerb.run()
        case other => throw Errors.badSpec(s"The spec file asks for '$other', which is not known.")
      }
    catch { case _: Throwable if control.isStopping => throw Errors.interrupted }

  private def understood(e: Throwable): UserError = e match {
    case known: UserError => known
    case _: OutOfMemoryError => Errors.outOfMemory(e)
    case other =>
      try Stages.run("its code threw an error")(throw other)
      catch {
        case known: UserError => known
        case NonFatal(_) | _: VirtualMachineError | _: InterruptedException => Errors.internal(e)
      }
  }
}
