"""JSON over HTTP, for programs: one case or many chances in, the same answers out. Off unless it is started."""
