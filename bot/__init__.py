"""The bot. Numpy counts with one thread in all its processes, because this is imported before numpy."""

import os

os.putenv("OPENBLAS_NUM_THREADS", "1")
"""OpenBLAS reads it when numpy is loaded. With two threads, the second one spun for 21 ms of CPU after each product of
500 entries' vectors with a question's, which itself takes 1 ms (docs/measured.md)."""
