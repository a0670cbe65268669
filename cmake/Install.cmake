# `cmake --install build/release --strip --prefix DIR` lays out what an image, a package or a hand-made folder carries:
# bin/ with the three programs and lib/ with DuckDB's library, found from the programs by their own place ($ORIGIN/../lib).
install(TARGETS towline RUNTIME DESTINATION bin COMPONENT cli)
install(TARGETS towline-scheduler RUNTIME DESTINATION bin COMPONENT scheduler)
install(TARGETS towline-executor RUNTIME DESTINATION bin COMPONENT executor)
install(PROGRAMS ${TOWLINE_DUCKDB_DIR}/lib/libduckdb.so DESTINATION lib COMPONENT duckdb OPTIONAL)
