"""What happens at imports: packages that are fetched when first needed, libraries that are adapted."""
