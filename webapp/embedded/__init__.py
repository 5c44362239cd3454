"""The embedded installation: our own PostgreSQL and the processes of `onewindow up`, in one data folder."""
