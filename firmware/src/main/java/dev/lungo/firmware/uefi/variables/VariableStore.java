package dev.lungo.firmware.uefi.variables;

import dev.lungo.boot.BootException;
import dev.lungo.boot.Guid;
import dev.lungo.boot.pe.PeImage;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.signatures.Cryptography;
import dev.lungo.machine.BackendException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The variables, in the order in which they were made. Those that are non-volatile are kept at
 * every change, before the change is reported.
 */
public final class VariableStore {
    /** How much there is for all, and for one: names and data, in bytes. */
    public static final long CAPACITY = 512 << 10;

    public static final long LARGEST = 64 << 10;

    /** What a variable takes beside its name and data. */
    private static final int OVERHEAD = 64;

    /** What nobody may name, being the specification's to give a meaning. */
    private static final int KNOWN = 0xFF;

    private static final int UNSUPPORTED =
            Variable.HARDWARE_ERROR | Variable.AUTHENTICATED | Variable.ENHANCED_AUTHENTICATED;

    /** What only the firmware says. UEFI 2.10, "Globally Defined Variables" (table 3.1). */
    private static final List<String> READ_ONLY =
            List.of(
                    SecureBoot.SETUP_MODE,
                    SecureBoot.SECURE_BOOT,
                    SecureBoot.SIGNATURE_SUPPORT,
                    "BootOptionSupport",
                    "LangCodes",
                    "OsIndicationsSupported",
                    "PlatformLangCodes");

    private record Key(String name, Guid guid) {}

    private final Map<Key, Variable> variables = new LinkedHashMap<>();
    private final Consumer<byte[]> keeper;
    private final SecureBoot secureBoot;

    /** One that is forgotten, and knows no signatures. */
    public VariableStore() {
        this(_ -> {}, Optional.empty(), false);
    }

    /**
     * An empty one.
     *
     * @param keeper keeps what it is given, so that this is there even if the power fails next, or
     *     throws {@link BackendException} and keeps what it has
     * @param cryptography without which authenticated variables are not supported
     * @param secureBoot whether images are verified once a platform key is enrolled
     */
    public VariableStore(
            Consumer<byte[]> keeper, Optional<Cryptography> cryptography, boolean secureBoot) {
        this.keeper = keeper;
        this.secureBoot = new SecureBoot(this, cryptography, secureBoot);
    }

    /**
     * Takes what was kept.
     *
     * @param name how messages call the file
     * @throws BootException if that is not what a keeper was given
     */
    public void restore(String name, byte[] kept) {
        for (Variable each : VariableFile.read(name, kept)) {
            variables.put(new Key(each.name(), each.guid()), each);
        }
        reset();
    }

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
        return OVERHEAD + 2L * variable.name().length() + variable.data().length;
    }

    public SecureBoot secureBoot() {
        return secureBoot;
    }

    /**
     * One sentence about what is wrong with an image, or empty if nothing is. It is started
     * nevertheless unless {@link SecureBoot#isEnforced} says no.
     */
    public Optional<String> refusal(PeImage image) {
        return secureBoot.refusal(image);
    }

    /** What was there before a reset and is not non-volatile is gone. */
    public void reset() {
        variables.values().removeIf(each -> !each.has(Variable.NON_VOLATILE));
        secureBoot.begin();
    }

    /**
     * Creates, changes, or, with no data, deletes a variable, as the firmware may.
     *
     * @return an EFI_STATUS
     */
    public long set(Variable variable) {
        Key key = new Key(variable.name(), variable.guid());
        Variable old = variables.get(key);
        boolean deletes = variable.data().length == 0;
        if (deletes && old == null) {
            return EfiStatus.NOT_FOUND;
        }
        long more = bytes(variable) - (old == null ? 0 : bytes(old));
        if (!deletes && used() + more > CAPACITY) {
            return EfiStatus.OUT_OF_RESOURCES;
        }
        boolean kept =
                variable.has(Variable.NON_VOLATILE)
                        || (old != null && old.has(Variable.NON_VOLATILE));
        Map<Key, Variable> before = kept ? new LinkedHashMap<>(variables) : Map.of();
        if (deletes) {
            variables.remove(key);
        } else {
            variables.put(key, variable);
        }
        return kept ? keep(before) : EfiStatus.SUCCESS;
    }

    private long keep(Map<Key, Variable> before) {
        List<Variable> lasting = all();
        lasting.removeIf(each -> !each.has(Variable.NON_VOLATILE));
        try {
            keeper.accept(VariableFile.write(lasting));
            return EfiStatus.SUCCESS;
        } catch (BackendException e) {
            variables.clear();
            variables.putAll(before);
            return EfiStatus.DEVICE_ERROR;
        }
    }

    /**
     * Does what a guest asks for. UEFI 2.10, "SetVariable()" (8.2.3).
     *
     * @param exited whether ExitBootServices() was called
     * @return an EFI_STATUS
     */
    public long write(String name, Guid guid, int attributes, byte[] data, boolean exited) {
        long status = check(attributes);
        if (status != EfiStatus.SUCCESS) {
            return status;
        }
        boolean append = (attributes & Variable.APPEND) != 0;
        int kept = attributes & ~Variable.APPEND;
        if (guid.equals(Variable.GLOBAL) && READ_ONLY.contains(name)) {
            return EfiStatus.WRITE_PROTECTED;
        }
        if (guid.equals(SecureBoot.OWN) && name.equals(SecureBoot.MODE)) {
            return EfiStatus.WRITE_PROTECTED;
        }
        if (SecureBoot.isMode(name, guid)) {
            return secureBoot.writeMode(name, data, exited);
        }
        Optional<Variable> old = find(name, guid);
        if (exited && old.isPresent() && !isChangeableAtRuntime(old.get())) {
            return old.get().has(Variable.RUNTIME_ACCESS)
                    ? EfiStatus.WRITE_PROTECTED
                    : EfiStatus.NOT_FOUND;
        }
        boolean accessible = (kept & (exited ? Variable.RUNTIME_ACCESS : KNOWN)) != 0;
        boolean deletes = !accessible || (data.length == 0 && !append);
        if (deletes && old.isEmpty()) {
            return EfiStatus.NOT_FOUND;
        }
        if (!deletes && exited && (kept & Variable.NON_VOLATILE) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (!deletes && old.isPresent() && old.get().attributes() != kept) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (Authentication.isNeeded(name, guid, attributes, old)) {
            return secureBoot.write(name, guid, attributes, data, old);
        }
        if (deletes) {
            return set(new Variable(name, guid, old.get().attributes(), new byte[0]));
        }
        if (data.length == 0) {
            return EfiStatus.SUCCESS; // nothing is appended
        }
        byte[] whole = append ? join(old, data) : data;
        return whole.length > LARGEST
                ? EfiStatus.OUT_OF_RESOURCES
                : set(new Variable(name, guid, kept, whole));
    }

    static byte[] join(Optional<Variable> old, byte[] more) {
        byte[] before = old.map(Variable::data).orElse(new byte[0]);
        byte[] whole = Arrays.copyOf(before, before.length + more.length);
        System.arraycopy(more, 0, whole, before.length, more.length);
        return whole;
    }

    /** Whether attributes are such as a variable can have here. */
    public static long check(int attributes) {
        boolean runtimeOnly =
                (attributes & Variable.RUNTIME_ACCESS) != 0
                        && (attributes & Variable.BOOTSERVICE_ACCESS) == 0;
        if ((attributes & ~KNOWN) != 0 || runtimeOnly) {
            return EfiStatus.INVALID_PARAMETER;
        }
        return (attributes & UNSUPPORTED) != 0 ? EfiStatus.UNSUPPORTED : EfiStatus.SUCCESS;
    }

    private static boolean isChangeableAtRuntime(Variable variable) {
        return variable.has(Variable.RUNTIME_ACCESS) && variable.has(Variable.NON_VOLATILE);
    }
}
