"""Background work: the handlers of `webapp.outbox`'s jobs, the timers' poller, the worker that runs them."""
