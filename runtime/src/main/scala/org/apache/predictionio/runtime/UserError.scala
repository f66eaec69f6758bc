package org.apache.predictionio.runtime

/** Something went wrong that a user can understand and mend.
  *
  * @param code  one of the codes of the contract with native code
  * @param what  what happened
  * @param why   why it happened
  * @param hint  what to do
  * @param cause for logs
  */
class UserError(val code: String, val what: String, val why: String, val hint: String, cause: Throwable = null)
    extends RuntimeException(s"$what $why $hint", cause)
