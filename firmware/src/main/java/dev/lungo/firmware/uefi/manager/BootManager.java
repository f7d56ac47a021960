package dev.lungo.firmware.uefi.manager;

import dev.lungo.boot.BootException;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.boot.bytes.Little;
import dev.lungo.firmware.uefi.DevicePath;
import dev.lungo.firmware.uefi.DevicePath.Node;
import dev.lungo.firmware.uefi.DevicePathText;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.boottime.Event;
import dev.lungo.firmware.uefi.boottime.EventServices;
import dev.lungo.firmware.uefi.boottime.FileReader;
import dev.lungo.firmware.uefi.boottime.ImageServices;
import dev.lungo.firmware.uefi.variables.Variable;
import dev.lungo.firmware.uefi.variables.VariableStore;
import dev.lungo.machine.CpuRegisters;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Decides what is started. UEFI 2.10, "Firmware Boot Manager" (3.1): BootNext, then what BootOrder
 * says, then {@code \EFI\BOOT\BOOTX64.EFI} of each file system.
 *
 * <p>It runs in steps: each starts one image, and the next is made when that has returned.
 */
public final class BootManager {
    /** "Removable Media Boot Behavior" (3.5.1.1). */
    private static final String DEFAULT_FILE = "\\EFI\\BOOT\\BOOTX64.EFI";

    private static final String DIGITS = "0123456789ABCDEF";
    private static final int MEDIA_PROTOCOL_WATCHDOG_SECONDS = 5 * 60;
    private static final int HARD_DRIVE = 1;

    /** OsIndications: EFI_OS_INDICATIONS_BOOT_TO_FW_UI. */
    private static final long BOOT_TO_FIRMWARE = 1;

    /** Timeout: until somebody presses a key. Nobody may be there. */
    private static final int FOREVER = 0xFFFF;

    private static final int MOST_SECONDS = 600;

    /** Something that may be started. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Candidate(int number, String description, DevicePath path, byte[] optional) {}

    /** Sets the watchdog, in seconds, before an option is started. */
    @FunctionalInterface
    public interface Watchdog {
        void set(long seconds);
    }

    private final VariableStore variables;
    private final ImageServices images;
    private final FileReader files;
    private final EventServices events;
    private final Supplier<List<DevicePath>> volumes;
    private final Optional<GivenKernel> kernel;
    private final Watchdog watchdog;
    private final BootMenu menu;
    private final long firmware;
    private final Consumer<String> tellUser;

    private final ArrayDeque<Candidate> candidates = new ArrayDeque<>();
    private final List<String> tried = new ArrayList<>();

    /** What is wrong with images, as long as it may still become part of the last sentence. */
    private final List<String> untold = new ArrayList<>();

    private boolean begun;

    /**
     * @param volumes the device paths of all file systems, those first that are looked at first
     * @param firmware the handle that is the parent of what is started
     */
    public BootManager(
            VariableStore variables,
            ImageServices images,
            FileReader files,
            EventServices events,
            Supplier<List<DevicePath>> volumes,
            Optional<GivenKernel> kernel,
            Watchdog watchdog,
            BootMenu menu,
            long firmware,
            Consumer<String> tellUser) {
        this.variables = variables;
        this.images = images;
        this.files = files;
        this.events = events;
        this.volumes = volumes;
        this.kernel = kernel;
        this.watchdog = watchdog;
        this.menu = menu;
        this.firmware = firmware;
        this.tellUser = tellUser;
    }

    /**
     * Starts what is next.
     *
     * @param caller where the processor goes on when that has returned: at the next step
     * @throws BootException if there is nothing left: what was looked for
     */
    public void step(CpuRegisters caller) {
        if (!begun) {
            begun = true;
            collect();
        }
        watchdog.set(0);
        while (!candidates.isEmpty()) {
            if (start(candidates.remove(), caller)) {
                return;
            }
        }
        throw new BootException(
                tried.isEmpty()
                        ? "there is nothing to start: no disk has a file system that UEFI knows;"
                                + " give one by --disk"
                        : "nothing could be started by UEFI; it looked for "
                                + String.join("; ", tried));
    }

    private void collect() {
        tellGlobals();
        collectOptions();
        int seconds = timeout();
        boolean asked = (indications() & BOOT_TO_FIRMWARE) != 0;
        if (!candidates.isEmpty() && (asked || (seconds > 0 && menu.isWanted(seconds)))) {
            choose();
        }
    }

    /** "Globally Defined Variables" (3.3): those that are the firmware's to tell. */
    private void tellGlobals() {
        tell("PlatformLangCodes", ByteWriter.cString("en"));
        tell("PlatformLang", ByteWriter.cString("en"));
        tell("BootOptionSupport", new byte[4]);
        tell("OsIndicationsSupported", new byte[] {(byte) BOOT_TO_FIRMWARE, 0, 0, 0, 0, 0, 0, 0});
    }

    private void tell(String name, byte[] data) {
        int attributes = Variable.BOOTSERVICE_ACCESS | Variable.RUNTIME_ACCESS;
        variables.set(new Variable(name, Variable.GLOBAL, attributes, data));
    }

    private int timeout() {
        byte[] data =
                variables.find("Timeout", Variable.GLOBAL).map(Variable::data).orElse(new byte[0]);
        int seconds = data.length == 2 ? Little.u16(data, 0) : 0;
        return seconds == FOREVER ? MOST_SECONDS : Math.min(seconds, MOST_SECONDS);
    }

    private long indications() {
        byte[] data =
                variables
                        .find("OsIndications", Variable.GLOBAL)
                        .map(Variable::data)
                        .orElse(new byte[0]);
        if (data.length != 8) {
            return 0;
        }
        variables.set(new Variable("OsIndications", Variable.GLOBAL, 0, new byte[0]));
        return Little.u64(data, 0);
    }

    private void choose() {
        List<Candidate> all = new ArrayList<>(candidates);
        List<String> choices = new ArrayList<>();
        for (Candidate each : all) {
            choices.add(each.description + ", " + DevicePathText.of(each.path));
        }
        int chosen = menu.choose(choices);
        if (chosen >= 0) {
            candidates.addFirst(all.get(chosen));
        }
    }

    private void collectOptions() {
        kernel.ifPresent(each ->
                candidates.add(
                        new Candidate(
                                -1,
                                "the kernel " + each.file().name(),
                                each.path(),
                                each.loadOptions())));
        Optional<Variable> next = variables.find("BootNext", Variable.GLOBAL);
        if (next.isPresent() && next.get().data().length >= 2) {
            variables.set(new Variable("BootNext", Variable.GLOBAL, 0, new byte[0]));
            addOption(Little.u16(next.get().data(), 0), /* always= */ true);
        }
        byte[] order =
                variables
                        .find("BootOrder", Variable.GLOBAL)
                        .map(Variable::data)
                        .orElse(new byte[0]);
        for (int i = 0; i + 1 < order.length; i += 2) {
            addOption(Little.u16(order, i), /* always= */ false);
        }
        for (DevicePath volume : volumes.get()) {
            candidates.add(
                    new Candidate(
                            -1, "the default loader", volume.file(DEFAULT_FILE), new byte[0]));
        }
    }

    private void addOption(int number, boolean always) {
        String name = "Boot" + hex4(number);
        Optional<LoadOption> option =
                variables.find(name, Variable.GLOBAL).flatMap(each -> LoadOption.of(each.data()));
        if (option.isPresent() && (always || option.get().isActive())) {
            DevicePath path = expanded(option.get().path());
            String description = name + " (" + option.get().description() + ")";
            candidates.add(new Candidate(number, description, path, option.get().optional()));
        }
    }

    static String hex4(int value) {
        StringBuilder text = new StringBuilder();
        for (int shift = 12; shift >= 0; shift -= 4) {
            text.append(DIGITS.charAt(value >> shift & 0xF));
        }
        return text.toString();
    }

    /** "Boot via Boot####": a path that begins at its partition is put behind that's disk. */
    private DevicePath expanded(DevicePath path) {
        List<Node> nodes = path.nodes();
        if (nodes.isEmpty()) {
            return path;
        }
        Node first = nodes.getFirst();
        boolean isShort = first.type() == DevicePath.MEDIA && first.subtype() == HARD_DRIVE;
        for (DevicePath volume : volumes.get()) {
            List<Node> of = volume.nodes();
            if (isShort && isSamePartition(of.getLast(), first)) {
                DevicePath full = volume;
                for (Node node : nodes.subList(1, nodes.size())) {
                    full = full.with(node);
                }
                return withFile(full, volume);
            }
            if (!isShort && path.equals(volume)) {
                return withFile(path, volume);
            }
        }
        return path;
    }

    /** A path that names a volume and no file means its default loader. */
    private static DevicePath withFile(DevicePath path, DevicePath volume) {
        return path.equals(volume) ? path.file(DEFAULT_FILE) : path;
    }

    /** The number, signature and their kinds: sizes may be anything. */
    private static boolean isSamePartition(Node a, Node b) {
        if (a.type() != b.type() || a.subtype() != b.subtype()) {
            return false;
        }
        byte[] x = a.data();
        byte[] y = b.data();
        return x.length == 38
                && y.length == 38
                && java.util.Arrays.equals(x, 0, 4, y, 0, 4)
                && java.util.Arrays.equals(x, 20, 38, y, 20, 38);
    }

    private boolean start(Candidate candidate, CpuRegisters caller) {
        String file = candidate.path.fileName();
        String what = candidate.description + (file.isEmpty() ? "" : ", " + file);
        FileReader.Result read = files.read(candidate.path, /* bootPolicy= */ true);
        if (read.bytes() == null) {
            tried.add(what + " (" + EfiStatus.name(read.status()) + ")");
            return false;
        }
        long[] handle = new long[1];
        List<String> why = new ArrayList<>();
        long status = images.load(firmware, candidate.path, read.bytes(), handle, why::add);
        untold.addAll(why);
        if (status != EfiStatus.SUCCESS) {
            String reason = why.isEmpty() ? EfiStatus.name(status) : withoutFullStop(why.getLast());
            tried.add(what + " (" + reason + ")");
            return false;
        }
        untold.forEach(tellUser);
        untold.clear();
        images.setLoadOptions(handle[0], candidate.optional);
        setCurrent(candidate.number);
        events.signalGroup(Event.GROUP_READY_TO_BOOT);
        events.signalGroup(Event.GROUP_AFTER_READY_TO_BOOT);
        watchdog.set(MEDIA_PROTOCOL_WATCHDOG_SECONDS);
        tried.add(what + ", which returned");
        return images.start(handle[0], caller, 0, 0) == EfiStatus.SUCCESS;
    }

    private static String withoutFullStop(String sentence) {
        return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
    }

    private void setCurrent(int number) {
        byte[] data = number < 0 ? new byte[0] : new byte[2];
        if (number >= 0) {
            Little.put16(data, 0, number);
        }
        int attributes = Variable.BOOTSERVICE_ACCESS | Variable.RUNTIME_ACCESS;
        variables.set(new Variable("BootCurrent", Variable.GLOBAL, attributes, data));
    }
}
