"""The dashboard; imported as ``taocli.tui``. Modules here import each other relatively."""
