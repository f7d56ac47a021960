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
    /** A signature can stand before the data. */
    private static final long MOST_BYTES = 2 * VariableStore.LARGEST;

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
        if (size < 0 || size > MOST_BYTES) {
            return EfiStatus.INVALID_PARAMETER;
        }
        byte[] data = size == 0 ? new byte[0] : memory.read(call.argument(4), size);
        return store.write(name, guid, attributes, data, exited);
    }

    public long queryVariableInfo(Call call) {
        int attributes = call.int32(0);
        if (call.argument(1) == 0 || call.argument(2) == 0 || call.argument(3) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (attributes == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        long status = VariableStore.check(attributes);
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
