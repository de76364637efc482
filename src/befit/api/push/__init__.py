"""Push: changed decisions reach an open page over SSE, WebSocket or polling, all from one kind of subscription."""
