"""Cases as data, short runners, real peers on loopback."""
