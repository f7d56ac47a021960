package dev.lungo.cli;

import dev.lungo.boot.KernelFormat;
import dev.lungo.boot.MemoryMap;
import dev.lungo.cli.debian.DebianGuest;
import dev.lungo.cli.trace.Trace;
import dev.lungo.firmware.uefi.manager.GivenKernel;
import dev.lungo.machine.Engine;
import dev.lungo.pc.MachineSpec;
import dev.lungo.pc.MachineSpec.OnReset;
import dev.lungo.pc.MachineSpec.OnShutdown;
import dev.lungo.pc.Outcome;
import dev.lungo.pc.Start;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** {@code lungo run}: the options, and what they mean. */
final class RunCommand {
    // spotless:off
    private static final List<Option> OPTIONS = List.of(
        new Option("--kernel",     "F",            "a bzImage, a vmlinux with a PVH note, or a Multiboot 1 or 2 kernel"),
        new Option("--initrd",     "F",            "its initial RAM disk, or Multiboot module"),
        new Option("--append",     "S",            "its command line"),
        new Option("--firmware",   "bios|uefi|none", "what boots from disks: uefi if one has an EFI system partition, else bios; uefi takes a --kernel, too"),
        new Option("--boot",       "disk|cdrom[,...]", "what to boot from, best first: disk,cdrom unless given"),
        new Option("--memory",     "SIZE",         "how much memory it has: 512M unless given"),
        new Option("--cpus",       "N",            "how many processors: 1 unless given"),
        new Option("--cpu",        "MODEL",        "which processor: x86-64-v2 unless given"),
        new Option("--engine",     "auto|soft|kvm", "what runs its instructions: auto unless given"),
        new Option("--tier",       "native|interpreter", "how: translated for the host unless given, or one by one"),
        new Option("--translations", "F|none",     "where translated code is kept for the next run: in the cache unless given"),
        Option.repeatable("--disk", "F[,...]",     "a disk image: ,format=raw|qcow2 ,readonly=on ,snapshot=on ,serial=S ,ring=packed"),
        Option.repeatable("--cdrom", "F",          "a disk image that is only read"),
        Option.repeatable("--net", "WHAT[,...]",   "a network: none, user, tap:NAME or switch:NAME; ,forward=tcp:HOST:GUEST ,mac=M ,ring=packed"),
        Option.repeatable("--console", "WHERE",    "stdio, file:F, unix:F or pty: a console on virtio, hvc0 and so on, and where it goes"),
        new Option("--rng",        "",             "a source of random numbers on virtio"),
        new Option("--balloon",    "SIZE",         "gives back what memory the guest does not use, of which it is to do without SIZE"),
        new Option("--serial",     "stdio|file:F|none", "where its first serial port goes: stdio unless given"),
        new Option("--screen",     "F",            "keeps what is on the screen at the end: a picture in F.ppm, else text"),
        new Option("--timeout",    "SECONDS",      "ends it after this time, with status 4"),
        new Option("--no-reboot",  "",             "ends it when it asks for a reset"),
        new Option("--trace",      "WHAT[,WHAT]",  "lists instructions, exits or ports, on standard error"),
        new Option("--trace-file", "F",            "where the trace goes instead"),
        new Option("--variables",  "F|none",       "keeps UEFI's variables: beside the first disk unless given"),
        new Option("--secure-boot", "",            "has UEFI start only what is signed by who --key says"),
        Option.repeatable("--key", "PK|KEK|db|dbx=F", "enrolls a certificate or signature lists for --secure-boot"),
        new Option("--report",     "firmware[:F]", "tells at the end, on standard error or in F, which services were called"),
        new Option("--stats",      "",             "tells at the end, on standard error, what its processors did"),
        new Option("--perf-map",   "",             "tells perf what translated code is, in /tmp/perf-PID.map"),
        new Option("--check",      "",             "has translated code interpreted, too, and stops where that differs"),
        new Option("--help",       "",             "this"));
    // spotless:on

    private static final String USAGE =
            """
            lungo run debian [OPTION...]    boots Debian's cloud kernel and busybox, fetched with apt
            lungo run --disk F [OPTION...]  boots from a disk image
            lungo run --kernel F [OPTION...]

            """;

    private static final String KEYS =
            """

            On the terminal, Ctrl-A x ends the machine, Ctrl-A c goes to the monitor and back.
            Exit status: 0 the guest powered off, 1 the host failed, 2 the command was wrong, 3 the
            guest crashed, 4 it timed out; (value << 1) | 1 if it wrote to the debug exit port, F4h.
            """;

    private static final long MOST_MEMORY = 512L << 30;

    /**
     * With the host bridge, a display and one device of each other kind, all slots of a PCI bus.
     */
    private static final int MOST_DISKS_AND_NETWORKS = 27;

    private final Arguments arguments;

    private RunCommand(Arguments arguments) {
        this.arguments = arguments;
    }

    /** Carries out the words from {@code from} on: the exit status. */
    static int execute(String[] words, int from) {
        Arguments arguments = Arguments.parse(OPTIONS, words, from);
        if (arguments.has("--help")) {
            System.out.print(USAGE + Option.help(OPTIONS) + KEYS);
            return ExitStatus.OK;
        }
        return new RunCommand(arguments).run();
    }

    private int run() {
        if (arguments.has("--trace-file") && !arguments.has("--trace")) {
            throw new Refusal("--trace-file needs --trace, which says what is to be listed");
        }
        Backends.Settings backends = backends();
        Session.Settings settings =
                new Session.Settings(
                        serial(backends),
                        backends,
                        arguments
                                .value("--trace")
                                .map(Trace::parse)
                                .orElse(EnumSet.noneOf(Trace.class)),
                        arguments.value("--trace-file"),
                        arguments.value("--timeout").map(RunCommand::limit),
                        arguments.has("--stats"),
                        arguments.value("--screen"));
        EngineChoice choice = EngineChoice.begin(arguments.value("--engine", "auto"), special());
        FirmwareOptions firmware = FirmwareOptions.parse(arguments, backends.disks());
        Payload payload = payload(firmware, backends.disks());
        Engine found = choice.engine();
        Engine tiered =
                arguments
                        .value("--tier")
                        .or(() -> found.tiers().stream().findFirst())
                        .map(wanted -> withTier(found, wanted))
                        .orElse(found);
        Engine engine = withAids(tiered);
        MachineSpec spec = spec(engine, payload);
        if (arguments.has("--check") && spec.cpus() > 1) {
            throw new Refusal(
                    "--check compares what is in memory, which other processors change: it takes"
                            + " one processor");
        }
        Optional<String> wanted = arguments.value("--translations");
        Optional<Path> file = Translations.file(wanted, payload.guest, spec.cpuModel());
        Engine keeping = file.isPresent() ? engine.keepingCodeIn(file.get().toString()) : engine;
        Outcome outcome;
        try {
            outcome = Session.run(spec, keeping, settings, choice.why());
        } finally {
            firmware.finish();
        }
        if (wanted.isEmpty() && file.isPresent()) {
            Translations.keepLatest(file.get());
        }
        return ExitStatus.of(outcome);
    }

    private Backends.Settings backends() {
        List<ConsoleTarget> consoles =
                arguments.values("--console").stream().map(ConsoleTarget::parse).toList();
        if (consoles.indexOf(new ConsoleTarget.Stdio())
                != consoles.lastIndexOf(new ConsoleTarget.Stdio())) {
            throw new Refusal("--console can be stdio once only");
        }
        List<DiskTarget> disks = disks();
        List<NetTarget> networks = networks();
        if (disks.size() + networks.size() > MOST_DISKS_AND_NETWORKS) {
            throw new Refusal(
                    "a machine has room for " + MOST_DISKS_AND_NETWORKS + " disks and networks");
        }
        return new Backends.Settings(
                disks,
                networks,
                consoles,
                arguments.has("--rng"),
                arguments
                        .value("--balloon")
                        .map(text -> OptionalLong.of(ByteSize.parse("--balloon", text)))
                        .orElse(OptionalLong.empty()));
    }

    /** Of standard input and output there is one. */
    private SerialTarget serial(Backends.Settings backends) {
        boolean taken = backends.hasStdio();
        SerialTarget serial =
                SerialTarget.parse(arguments.value("--serial", taken ? "none" : "stdio"));
        if (taken && serial instanceof SerialTarget.Stdio) {
            throw new Refusal("--serial and --console cannot both be stdio");
        }
        return serial;
    }

    private List<NetTarget> networks() {
        return arguments.values("--net").stream()
                .flatMap(text -> NetTarget.parse(text).stream())
                .toList();
    }

    private List<DiskTarget> disks() {
        List<DiskTarget> disks = new ArrayList<>();
        arguments.values("--disk").forEach(each -> disks.add(DiskTarget.disk(each)));
        arguments.values("--cdrom").forEach(each -> disks.add(DiskTarget.cdrom(each)));
        return disks;
    }

    private MachineSpec spec(Engine engine, Payload payload) {
        long memoryBytes = memoryBytes(arguments.value("--memory", "512M"));
        int cpus = cpus(arguments.value("--cpus", "1"));
        String model =
                arguments
                        .value("--cpu")
                        .map(wanted -> model(wanted, engine))
                        .orElse(engine.cpuModels().getFirst());
        return new MachineSpec(
                memoryBytes,
                cpus,
                model,
                payload.start,
                arguments.has("--no-reboot") ? OnReset.END : OnReset.REBOOT,
                OnShutdown.CRASH);
    }

    /**
     * What there is to start.
     *
     * @param guest tells guests apart
     */
    private record Payload(Start start, long guest) {
        static Payload kernel(GivenKernel given) {
            KernelFormat.detect(given.file());
            return new Payload(
                    new Start.Kernel(
                            given.file(),
                            given.initrd().map(List::of).orElse(List.of()),
                            given.commandLine()),
                    Translations.identify(given.file()));
        }
    }

    private Payload payload(FirmwareOptions firmware, List<DiskTarget> disks) {
        Optional<GivenKernel> kernel =
                arguments.operands().isEmpty() ? given() : Optional.of(named());
        if (!firmware.isNone()) {
            return new Payload(
                    new Start.FromFirmware(board -> firmware.make(board, kernel)),
                    kernel.map(each -> Translations.identify(each.file()))
                            .orElseGet(() -> Translations.identify(disks)));
        }
        return Payload.kernel(
                kernel.orElseThrow(() ->
                        new Refusal("give a guest: \"lungo run debian\", --disk F or --kernel F")));
    }

    private Optional<GivenKernel> given() {
        return arguments.value("--kernel").map(this::given);
    }

    private GivenKernel given(String kernel) {
        return new GivenKernel(
                InputFile.read("--kernel", kernel),
                arguments.value("--initrd").map(name -> InputFile.read("--initrd", name)),
                arguments.value("--append", ""));
    }

    private GivenKernel named() {
        String name = String.join(" ", arguments.operands());
        if (!name.equals("debian")) {
            throw new Refusal(
                    "there is no guest \"" + name + "\": give debian, or a kernel with --kernel");
        }
        if (arguments.has("--kernel") || arguments.has("--initrd")) {
            throw new Refusal("debian has its own kernel and initrd: leave out --kernel, --initrd");
        }
        DebianGuest debian = DebianGuest.get();
        return new GivenKernel(
                InputFile.read("debian", debian.kernel().toString()),
                Optional.of(InputFile.read("debian", debian.initrd().toString())),
                (DebianGuest.COMMAND_LINE + " " + arguments.value("--append", "")).strip());
    }

    private static long memoryBytes(String text) {
        long bytes = ByteSize.parse("--memory", text);
        if (bytes > MOST_MEMORY) {
            throw new Refusal("--memory " + text + " is more than a machine can have, 512G");
        }
        return MemoryMap.of(bytes).ramBytes();
    }

    private static int cpus(String text) {
        if (text.matches("\\d{1,4}")) {
            int cpus = Integer.parseInt(text);
            if (cpus >= 1 && cpus <= MachineSpec.MOST_CPUS) {
                return cpus;
            }
        }
        throw new Refusal("--cpus takes 1 to " + MachineSpec.MOST_CPUS + ", not \"" + text + "\"");
    }

    /** An option that only the software processor knows. */
    private Optional<String> special() {
        for (String each : List.of("--tier", "--perf-map", "--check")) {
            if (arguments.has(each)) {
                return Optional.of(each);
            }
        }
        if (arguments.value("--cpu").filter(model -> !model.equals("host")).isPresent()) {
            return Optional.of("--cpu " + arguments.value("--cpu", ""));
        }
        return Optional.empty();
    }

    private static Engine withTier(Engine engine, String wanted) {
        if (!engine.tiers().contains(wanted)) {
            throw new Refusal(
                    "--tier takes "
                            + String.join(" or ", engine.tiers())
                            + ", not \""
                            + wanted
                            + "\"");
        }
        if (!engine.hasTier(wanted)) {
            System.err.printf(
                    "lungo: there is no %s tier on %s (%s): everything is interpreted%n",
                    wanted, System.getProperty("os.name"), System.getProperty("os.arch"));
        }
        return engine.withTier(wanted);
    }

    private Engine withAids(Engine engine) {
        Set<Engine.Aid> wanted = EnumSet.noneOf(Engine.Aid.class);
        if (arguments.has("--stats")) {
            wanted.add(Engine.Aid.STATISTICS);
        }
        if (arguments.has("--perf-map")) {
            wanted.add(Engine.Aid.PROFILE_MAP);
        }
        if (arguments.has("--check")) {
            wanted.add(Engine.Aid.CHECK);
        }
        wanted.retainAll(engine.aids());
        return engine.with(wanted);
    }

    private static String model(String wanted, Engine engine) {
        if (!engine.cpuModels().contains(wanted)) {
            throw new Refusal(
                    "--cpu takes "
                            + String.join(" or ", engine.cpuModels())
                            + ", not \""
                            + wanted
                            + "\"");
        }
        return wanted;
    }

    private static Duration limit(String text) {
        if (text.matches("\\d{1,9}(\\.\\d{1,9})?")) {
            Duration limit = Duration.ofNanos((long) (Double.parseDouble(text) * 1e9));
            if (limit.isPositive()) {
                return limit;
            }
        }
        throw new Refusal("--timeout takes a number of seconds, not \"" + text + "\"");
    }
}
