"""The commands of ``zwgk-check``, each importing what it needs when it runs."""
