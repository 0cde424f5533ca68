"""One file per figure of the quality page; each prints one JSON object on its last line."""
