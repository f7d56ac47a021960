package dev.lungo.firmware.uefi.console;

import dev.lungo.boot.Guid;
import dev.lungo.firmware.uefi.DevicePath;
import dev.lungo.firmware.uefi.protocol.Product;
import dev.lungo.firmware.uefi.protocol.Protocols;
import dev.lungo.firmware.uefi.protocol.SimpleTextInput;
import dev.lungo.firmware.uefi.protocol.SimpleTextOutput;
import dev.lungo.firmware.uefi.variables.Variable;
import dev.lungo.firmware.uefi.variables.VariableStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The console of the system table, which shows on several devices what is written to it: those that
 * ConOut names and that are there; if none of them is, all. UEFI 2.10, "Globally Defined Variables"
 * (3.3), "Boot Manager" (3.1).
 */
public final class Consoles {
    /** EDK II, MdeModulePkg: marks the handles of devices in use. Linux looks for it. */
    private static final Guid CONSOLE_OUT_DEVICE =
            Guid.parse("d3b36f2c-d551-11d4-9a46-0090273fc14d");

    /** A device, with an interface that writes to it alone. */
    private record Device(TextDevice text, SimpleTextOutput alone) {}

    private final Protocols protocols;
    private final VariableStore variables;
    private final SimpleTextOutput output;

    /** All there have been, and those that are there now, by their paths. */
    private final Map<DevicePath, Device> known = new LinkedHashMap<>();

    private final Map<DevicePath, Device> present = new LinkedHashMap<>();

    /** Where the console's text goes. */
    private final List<TextDevice> shown = new ArrayList<>();

    private final long handle;

    public Consoles(Protocols protocols, VariableStore variables, SimpleTextInput input) {
        this.protocols = protocols;
        this.variables = variables;
        output = new SimpleTextOutput(protocols, shown);
        handle = protocols.install(0, SimpleTextOutput.GUID, output.address());
        input.products().forEach(each -> protocols.install(handle, each.guid(), each.address()));
    }

    /** The console's. */
    public long handle() {
        return handle;
    }

    /** What writes to the console. */
    public SimpleTextOutput output() {
        return output;
    }

    /**
     * A device has come.
     *
     * @return protocols for its handle
     */
    public List<Product> add(DevicePath path, TextDevice text) {
        Device device =
                known.computeIfAbsent(
                        path,
                        _ -> new Device(text, new SimpleTextOutput(protocols, List.of(text))));
        present.put(path, device);
        choose();
        return List.of(
                new Product(SimpleTextOutput.GUID, device.alone.address(), () -> remove(path)),
                new Product(CONSOLE_OUT_DEVICE, 0, () -> {}));
    }

    private void remove(DevicePath path) {
        present.remove(path);
        choose();
    }

    private void choose() {
        List<DevicePath> wanted =
                variables
                        .find("ConOut", Variable.GLOBAL)
                        .map(each -> DevicePath.of(each.data(), 0, each.data().length).instances())
                        .orElse(List.of());
        shown.clear();
        for (DevicePath each : wanted) {
            Device device = present.get(each);
            if (device != null && !shown.contains(device.text)) {
                shown.add(device.text);
            }
        }
        if (shown.isEmpty()) {
            present.values().forEach(each -> shown.add(each.text));
        }
    }

    /**
     * Sets the variables that say which devices there are, and those that say which are used where
     * nobody has set them.
     *
     * @param input the device that keys come from
     */
    public void tell(DevicePath input) {
        DevicePath outputs = DevicePath.EMPTY;
        for (DevicePath each : present.keySet()) {
            outputs = outputs.isEmpty() ? each : outputs.withInstance(each);
        }
        tell("ConIn", input, /* always= */ false);
        tell("ConOut", outputs, /* always= */ false);
        tell("ErrOut", outputs, /* always= */ false);
        tell("ConInDev", input, /* always= */ true);
        tell("ConOutDev", outputs, /* always= */ true);
        tell("ErrOutDev", outputs, /* always= */ true);
    }

    private void tell(String name, DevicePath path, boolean always) {
        if (always || variables.find(name, Variable.GLOBAL).isEmpty()) {
            int attributes = Variable.BOOTSERVICE_ACCESS | Variable.RUNTIME_ACCESS;
            variables.set(new Variable(name, Variable.GLOBAL, attributes, path.toBytes()));
        }
    }
}
