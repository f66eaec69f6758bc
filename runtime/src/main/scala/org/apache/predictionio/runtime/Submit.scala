package org.apache.predictionio.runtime

import org.apache.hadoop.security.UserGroupInformation
import org.apache.spark.deploy.SparkSubmit

/** What Java starts: Spark's own submission, where it can run. Platforms give containers a user's number without a name, and
  * Hadoop, which Spark uses to read files, fails to log such a user in.
  */
object Submit {

  /** Java's word for a name or folder that the system does not tell. */
  private val Unknown = "?"

  /** Runs.
    *
    * @param args the arguments of spark-submit
    */
  def main(args: Array[String]): Unit = {
    if (System.getProperty("user.name") == Unknown) giveName()
    if (System.getProperty("user.home") == Unknown) giveHome()
    SparkSubmit.main(args)
  }

  private def giveName(): Unit = {
    val name = Seq("HADOOP_USER_NAME", "SPARK_USER").flatMap(sys.env.get(_)).find(_.nonEmpty).getOrElse("pio")
    System.setProperty("user.name", name)
    UserGroupInformation.setLoginUser(UserGroupInformation.createRemoteUser(name))
  }

  private def giveHome(): Unit = {
    val _ = System.setProperty("user.home", sys.env.getOrElse("HOME", System.getProperty("java.io.tmpdir")))
  }
}
