"""The bot. In all its processes numpy counts with one thread, because this is imported before numpy."""

import os

# OpenBLAS reads it when numpy is loaded. A second thread spun for 21 ms of CPU after each comparison of a question with
# 500 entries' vectors, which itself takes 1 ms (docs/measured.md).
os.putenv("OPENBLAS_NUM_THREADS", "1")
