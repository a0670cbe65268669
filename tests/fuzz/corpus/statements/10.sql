notify x
