"""The web server in its container; WEB_CONCURRENCY sets the number of workers."""

bind = "0.0.0.0:8000"
timeout = 60
# Several at once in each worker, so that a large file on a slow line neither holds up the others nor looks like a
# worker that hangs.
threads = 4
max_requests = 2000
max_requests_jitter = 200
# Heartbeats go to memory, so that a slow disk doesn't get workers killed.
worker_tmp_dir = "/dev/shm"  # noqa: S108 - a memory file system, of this container alone
# Nobody controls this server but its container, whose file system is read-only.
control_socket_disable = True
accesslog = "-"
# The path without its query: Microsoft's answers to consent arrive there.
access_log_format = "%(h)s %(m)s %(U)s %(s)s %(b)s %(M)sms"
