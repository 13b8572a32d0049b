#pragma once

namespace tsctl {

// Whether the kernel has seccomp filters, for a program of this processor.
bool can_refuse_system_calls();

// Makes the kernel answer EPERM to system calls that open network connections, start processes, look into other
// processes or change the system, for all threads of this process. With `local_sockets`, sockets within this machine
// can be opened. The process must have given up new privileges. Returns the error number, 0 for success.
int refuse_system_calls(bool local_sockets);

}  // namespace tsctl
