"""What a site costs in a month: prices, the model, and the document made from it."""
