include(GNUInstallDirs)
install(TARGETS tsctl RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
if(TSCTL_ENGINE)
  install(TARGETS tsctl_engine tsctl_capture LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/python/tsctl_capture DESTINATION ${CMAKE_INSTALL_LIBDIR}/tsctl/python
          PATTERN __pycache__ EXCLUDE)
endif()
