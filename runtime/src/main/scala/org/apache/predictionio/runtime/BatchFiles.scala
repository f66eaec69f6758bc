package org.apache.predictionio.runtime

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD

import java.io.IOException
import java.net.URI
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path, Paths, StandardCopyOption}
import java.util.Comparator
import scala.util.Try

/** The files of batch prediction: on this machine, or on a file system that Spark reaches by a URI such as hdfs://…. */
private[runtime] object BatchFiles {

  /** Throws where something is at the output's place already. */
  def requireFree(output: String): Unit = local(output).filter(Files.exists(_)).foreach { path =>
    throw Errors.badOutput(path.toString, "Something is there already, and nothing is ever written over.")
  }

  /** The lines of a file that are not empty, with their numbers from 1 on. */
  def lines(sc: SparkContext, input: String, partitions: Option[Int]): RDD[(Long, String)] = {
    val count = partitions.getOrElse(sc.defaultParallelism)
    val all = local(input) match {
      case Some(path) if sc.isLocal => sc.textFile(readable(path).toUri.toString, count)
      case Some(path) => sc.parallelize(readAll(path), count)
      case None => sc.textFile(input, count)
    }
    all.zipWithIndex().collect { case (line, index) if line.trim.nonEmpty => (index + 1, line) }
  }

  /** Writes lines in their order, a file for each partition, and returns how many there were. What is on this machine is
    * there as a whole or not at all.
    */
  def write(output: String, lines: RDD[String]): Long = local(output) match {
    case Some(path) => writeHere(path, lines)
    case None =>
      lines.saveAsTextFile(output)
      lines.count()
  }

  private def writeHere(path: Path, lines: RDD[String]): Long = {
    val temporary = unfinished(path)
    try {
      val counts = (0 until lines.getNumPartitions).map { index =>
        val part = lines.sparkContext.runJob(lines, (rows: Iterator[String]) => rows.toArray, Seq(index)).head
        val text = if (part.isEmpty) "" else part.mkString("", "\n", "\n")
        Files.write(temporary.resolve(f"part-$index%05d"), text.getBytes(UTF_8))
        Progress.step("predict", "Parts written", lines.getNumPartitions)
        part.length.toLong
      }
      Files.createFile(temporary.resolve("_SUCCESS"))
      Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE)
      counts.sum
    } catch {
      case e: Throwable =>
        remove(temporary)
        throw e
    }
  }

  private def unfinished(path: Path): Path =
    try {
      Files.createDirectories(path.getParent)
      Files.createTempDirectory(path.getParent, s".${path.getFileName}-unfinished-")
    } catch { case e: IOException => throw Errors.badOutput(path.toString, "Its folder cannot be written to.", e) }

  private def remove(folder: Path): Unit = {
    val files = Files.walk(folder)
    try files.sorted(Comparator.reverseOrder[Path]()).forEach(file => Files.delete(file))
    finally files.close()
  }

  /** Lines as Spark's textFile finds them. */
  private[runtime] def readAll(path: Path): Seq[String] =
    try new String(Files.readAllBytes(readable(path)), UTF_8).stripPrefix("\uFEFF").split("\r\n|\r|\n", -1).toVector
    catch { case e: IOException => throw Errors.badInput(path.toString, e) }

  private def readable(path: Path): Path =
    if (Files.isReadable(path)) path else throw Errors.badInput(path.toString, new IOException("There is no such file"))

  private def local(place: String): Option[Path] = {
    val scheme = Try(new URI(place)).toOption.flatMap(uri => Option(uri.getScheme))
    scheme match {
      case None => Some(Paths.get(place).toAbsolutePath)
      case Some("file") => Some(Paths.get(new URI(place)))
      case Some(_) => None
    }
  }
}
