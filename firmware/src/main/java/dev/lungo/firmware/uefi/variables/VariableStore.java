package dev.lungo.firmware.uefi.variables;

import dev.lungo.boot.Guid;
import dev.lungo.firmware.uefi.EfiStatus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The variables, in the order in which they were made. */
public final class VariableStore {
    /** How much there is for all, and for one: names and data, in bytes. */
    public static final long CAPACITY = 256 << 10;

    public static final long LARGEST = 64 << 10;

    private record Key(String name, Guid guid) {}

    private final Map<Key, Variable> variables = new LinkedHashMap<>();

    public Optional<Variable> find(String name, Guid guid) {
        return Optional.ofNullable(variables.get(new Key(name, guid)));
    }

    public List<Variable> all() {
        return new ArrayList<>(variables.values());
    }

    /** How much of the capacity is taken. */
    public long used() {
        long used = 0;
        for (Variable each : variables.values()) {
            used += bytes(each);
        }
        return used;
    }

    private static long bytes(Variable variable) {
        return 64 + 2L * variable.name().length() + variable.data().length;
    }

    /** Creates, changes, or, with no data, deletes a variable. */
    public long set(Variable variable) {
        Key key = new Key(variable.name(), variable.guid());
        Variable old = variables.get(key);
        if (variable.data().length == 0) {
            return variables.remove(key) == null ? EfiStatus.NOT_FOUND : EfiStatus.SUCCESS;
        }
        long more = bytes(variable) - (old == null ? 0 : bytes(old));
        if (variable.data().length > LARGEST || used() + more > CAPACITY) {
            return EfiStatus.OUT_OF_RESOURCES;
        }
        variables.put(key, variable);
        return EfiStatus.SUCCESS;
    }

    /** Adds to the data of a variable that is there. */
    public long append(Variable old, byte[] more) {
        byte[] data = Arrays.copyOf(old.data(), old.data().length + more.length);
        System.arraycopy(more, 0, data, old.data().length, more.length);
        return set(new Variable(old.name(), old.guid(), old.attributes(), data));
    }

    /** What was there before power-off and is not non-volatile, is gone. */
    public void dropVolatile() {
        variables.values().removeIf(each -> (each.attributes() & Variable.NON_VOLATILE) == 0);
    }
}
