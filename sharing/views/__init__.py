"""Pages: parse, call one service or the door, render. Only here and in the API is the clock read."""
