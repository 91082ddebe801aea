"""Where citizens are: one folder, or files of one prefix, for each platform; nothing of a platform's wire format goes beyond."""
