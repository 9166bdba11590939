"""What tests share: databases, a browser, people, samples, checks of pages."""
