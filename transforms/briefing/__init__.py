"""The briefing: figures in, a view model, HTML by Jinja2 and PDF by WeasyPrint out."""
