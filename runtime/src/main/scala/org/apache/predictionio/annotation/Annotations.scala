package org.apache.predictionio.annotation

import scala.annotation.StaticAnnotation

/** Marks what is for developers of the system itself; it changes nothing. */
class DeveloperApi extends StaticAnnotation

/** Marks what may change; it changes nothing. */
class Experimental extends StaticAnnotation
