"""Reads the pictures that a list names on a Spark cluster: paths are piped into `inkling read`, rows come back.

    spark-submit examples/scale/spark.py MODEL LIST OUT

Every worker needs the command `inkling`, and the pictures and the model under the same paths. Spark itself runs again
what fails, so neither --out nor --resume is needed.
"""

import shlex
import sys


def read_command(model):
    words = ["inkling", "read", "--model", model, "--charset", "digits", "--json", "--keep-going", "--threads", "1",
             "--files-from", "-"]
    return " ".join(map(shlex.quote, words))


def main(model, paths, out):
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.appName("inkling").getOrCreate()
    names = spark.sparkContext.textFile(paths, minPartitions=4 * spark.sparkContext.defaultParallelism)
    names.pipe(read_command(model)).saveAsTextFile(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
