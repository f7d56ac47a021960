package dev.lungo.firmware.uefi.runtime;

import dev.lungo.boot.Guid;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.LinearMemory;
import dev.lungo.firmware.uefi.variables.Variable;
import dev.lungo.firmware.uefi.variables.VariableStore;
import java.util.Optional;

/** UEFI 2.10, "Variable Services" (8.2). */
public final class VariableServices {
    private static final int KNOWN =
            Variable.NON_VOLATILE
                    | Variable.BOOTSERVICE_ACCESS
                    | Variable.RUNTIME_ACCESS
                    | Variable.HARDWARE_ERROR
                    | Variable.AUTHENTICATED
                    | Variable.TIME_AUTHENTICATED
                    | Variable.APPEND
                    | Variable.ENHANCED_AUTHENTICATED;
    private static final int UNSUPPORTED =
            Variable.HARDWARE_ERROR
                    | Variable.AUTHENTICATED
                    | Variable.TIME_AUTHENTICATED
                    | Variable.ENHANCED_AUTHENTICATED;

    private final VariableStore store;
    private boolean exited;

    public VariableServices(VariableStore store) {
        this.store = store;
    }

    /** Boot services are over: what has no runtime access is not to be seen any more. */
    public void exitBootServices() {
        exited = true;
    }

    private boolean isVisible(Variable variable) {
        return !exited || (variable.attributes() & Variable.RUNTIME_ACCESS) != 0;
    }

    public long getVariable(Call call) {
        LinearMemory memory = call.memory();
        long sizeAt = call.argument(3);
        if (call.argument(0) == 0 || call.argument(1) == 0 || sizeAt == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        Guid guid = memory.guid(call.argument(1));
        Optional<Variable> found =
                store.find(memory.text16(call.argument(0)), guid).filter(this::isVisible);
        if (found.isEmpty()) {
            return EfiStatus.NOT_FOUND;
        }
        byte[] data = found.get().data();
        long room = memory.getLong(sizeAt);
        if (call.argument(2) != 0) {
            memory.putInt(call.argument(2), found.get().attributes());
        }
        memory.putLong(sizeAt, data.length);
        if (Long.compareUnsigned(room, data.length) < 0) {
            return EfiStatus.BUFFER_TOO_SMALL;
        }
        if (call.argument(4) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        memory.write(call.argument(4), data);
        return EfiStatus.SUCCESS;
    }

    public long getNextVariableName(Call call) {
        LinearMemory memory = call.memory();
        long sizeAt = call.argument(0);
        long nameAt = call.argument(1);
        long guidAt = call.argument(2);
        if (sizeAt == 0 || nameAt == 0 || guidAt == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        String name = memory.text16(nameAt);
        Guid guid = memory.guid(guidAt);
        boolean found = name.isEmpty();
        for (Variable each : store.all()) {
            if (found && isVisible(each)) {
                byte[] text = LinearMemory.text16(each.name());
                long room = memory.getLong(sizeAt);
                memory.putLong(sizeAt, text.length);
                if (Long.compareUnsigned(room, text.length) < 0) {
                    return EfiStatus.BUFFER_TOO_SMALL;
                }
                memory.write(nameAt, text);
                memory.putGuid(guidAt, each.guid());
                return EfiStatus.SUCCESS;
            }
            found |= each.name().equals(name) && each.guid().equals(guid);
        }
        return found ? EfiStatus.NOT_FOUND : EfiStatus.INVALID_PARAMETER;
    }

    public long setVariable(Call call) {
        LinearMemory memory = call.memory();
        int attributes = call.int32(2);
        long size = call.argument(3);
        if (call.argument(0) == 0 || call.argument(1) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        String name = memory.text16(call.argument(0));
        Guid guid = memory.guid(call.argument(1));
        if (name.isEmpty() || (size != 0 && call.argument(4) == 0)) {
            return EfiStatus.INVALID_PARAMETER;
        }
        long status = check(attributes);
        if (status != EfiStatus.SUCCESS) {
            return status;
        }
        if (size < 0 || size > VariableStore.LARGEST) {
            return EfiStatus.OUT_OF_RESOURCES;
        }
        byte[] data = size == 0 ? new byte[0] : memory.read(call.argument(4), size);
        return set(name, guid, attributes, data);
    }

    private static long check(int attributes) {
        boolean runtimeOnly =
                (attributes & Variable.RUNTIME_ACCESS) != 0
                        && (attributes & Variable.BOOTSERVICE_ACCESS) == 0;
        if ((attributes & ~KNOWN) != 0 || runtimeOnly) {
            return EfiStatus.INVALID_PARAMETER;
        }
        return (attributes & UNSUPPORTED) != 0 ? EfiStatus.UNSUPPORTED : EfiStatus.SUCCESS;
    }

    private long set(String name, Guid guid, int attributes, byte[] data) {
        Optional<Variable> old = store.find(name, guid);
        boolean append = (attributes & Variable.APPEND) != 0;
        int kept = attributes & ~Variable.APPEND;
        boolean accessible = (kept & (exited ? Variable.RUNTIME_ACCESS : KNOWN)) != 0;
        if (exited && old.isPresent() && !isChangeable(old.get())) {
            return isVisible(old.get()) ? EfiStatus.WRITE_PROTECTED : EfiStatus.NOT_FOUND;
        }
        if (!accessible || (data.length == 0 && !append)) {
            return old.isEmpty()
                    ? EfiStatus.NOT_FOUND
                    : store.set(new Variable(name, guid, 0, new byte[0]));
        }
        if (exited && (kept & Variable.NON_VOLATILE) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (old.isPresent() && old.get().attributes() != kept) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (append && data.length == 0) {
            return EfiStatus.SUCCESS;
        }
        return append && old.isPresent()
                ? store.append(old.get(), data)
                : store.set(new Variable(name, guid, kept, data));
    }

    private static boolean isChangeable(Variable variable) {
        int needed = Variable.RUNTIME_ACCESS | Variable.NON_VOLATILE;
        return (variable.attributes() & needed) == needed;
    }

    public long queryVariableInfo(Call call) {
        int attributes = call.int32(0);
        if (call.argument(1) == 0 || call.argument(2) == 0 || call.argument(3) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (attributes == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        long status = check(attributes);
        if (status != EfiStatus.SUCCESS) {
            return status;
        }
        long left = VariableStore.CAPACITY - store.used();
        call.memory().putLong(call.argument(1), VariableStore.CAPACITY);
        call.memory().putLong(call.argument(2), left);
        call.memory().putLong(call.argument(3), VariableStore.LARGEST);
        return EfiStatus.SUCCESS;
    }
}
