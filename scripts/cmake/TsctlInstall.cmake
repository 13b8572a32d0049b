include(GNUInstallDirs)
install(TARGETS tsctl RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/capture-problems DESTINATION ${CMAKE_INSTALL_DATADIR}/tsctl)
if(TSCTL_ENGINE)
  install(TARGETS tsctl_engine tsctl_capture LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/python/tsctl_capture DESTINATION ${CMAKE_INSTALL_LIBDIR}/tsctl/python
          PATTERN __pycache__ EXCLUDE)
  # A user who may not write there would compile the package in every capture.
  install(CODE "
    execute_process(
      COMMAND \"${TSCTL_PYTHON}\" -m compileall -q --invalidation-mode checked-hash -s \"\$ENV{DESTDIR}\"
        \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}/tsctl/python\"
      COMMAND_ERROR_IS_FATAL ANY)")
  if(TSCTL_CUDA_BUILT)
    install(TARGETS tsctl_cuda LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  endif()
endif()
