package dev.lungo.cli;

import dev.lungo.boot.BootFile;
import dev.lungo.boot.KernelFormat;
import dev.lungo.boot.MemoryMap;
import dev.lungo.cli.debian.DebianGuest;
import dev.lungo.cli.trace.Trace;
import dev.lungo.machine.Engine;
import dev.lungo.pc.MachineSpec;
import dev.lungo.pc.MachineSpec.OnReset;
import dev.lungo.pc.MachineSpec.OnShutdown;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lungo run}: the options, and what they mean. */
@Command(
        name = "run",
        description = "Boots a guest.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the guest powered off",
            "1:the host failed",
            "2:the command was wrong",
            "3:the guest crashed",
            "4:it timed out",
            "(value << 1) | 1:the guest wrote the value to the debug exit port, F4h"
        })
final class RunCommand implements Callable<Integer> {
    private static final long MOST_MEMORY = 512L << 30;

    @Parameters(
            arity = "0..1",
            paramLabel = "debian",
            description = "Debian's cloud kernel and busybox, fetched with apt")
    private @Nullable String guest;

    @Option(
            names = "--kernel",
            paramLabel = "F",
            description = "a bzImage, a vmlinux with a PVH note, or a Multiboot 1 or 2 kernel")
    private @Nullable String kernel;

    @Option(names = "--initrd", paramLabel = "F", description = "its initial RAM disk, or module")
    private @Nullable String initrd;

    @Option(names = "--append", paramLabel = "S", description = "its command line")
    private String append = "";

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            description = "how much memory it has: 512M unless given")
    private String memory = "512M";

    @Option(names = "--cpus", paramLabel = "N", description = "how many processors: 1 unless given")
    private int cpus = 1;

    @Option(
            names = "--cpu",
            paramLabel = "MODEL",
            description = "what they are: x86-64-v2 unless given")
    private @Nullable String cpuModel;

    @Option(
            names = "--engine",
            paramLabel = "auto|soft",
            description = "what runs its instructions: auto chooses")
    private String engine = "auto";

    @Option(
            names = "--serial",
            paramLabel = "stdio|file:F|none",
            description = "where its first serial port goes: stdio unless given")
    private String serial = "stdio";

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "ends it after this time, with status 4")
    private @Nullable BigDecimal timeout;

    @Option(names = "--no-reboot", description = "ends it when it asks for a reset")
    private boolean noReboot;

    @Option(
            names = "--trace",
            paramLabel = "instructions|exits|ports[,...]",
            description = "lists what it does, on standard error unless --trace-file is given")
    private @Nullable String trace;

    @Option(names = "--trace-file", paramLabel = "F", description = "where the trace goes")
    private @Nullable String traceFile;

    @Override
    public Integer call() {
        SerialTarget serialTarget = SerialTarget.parse(serial);
        Set<Trace> traces = trace == null ? EnumSet.noneOf(Trace.class) : Trace.parse(trace);
        Optional<Duration> limit = limit();
        Engine chosen = engine();
        MachineSpec spec = spec(chosen);
        return ExitStatus.of(
                Session.run(
                        spec,
                        chosen,
                        new Session.Settings(
                                serialTarget, traces, Optional.ofNullable(traceFile), limit)));
    }

    private MachineSpec spec(Engine chosen) {
        long bytes = memoryBytes();
        checkCpus();
        String model = model(chosen);
        BootFile kernelFile;
        Optional<BootFile> initrdFile = Optional.empty();
        String commandLine = append;
        if (guest != null) {
            checkGuest(guest);
            DebianGuest debian = DebianGuest.get();
            kernelFile = InputFile.read("debian", debian.kernel().toString());
            initrdFile = Optional.of(InputFile.read("debian", debian.initrd().toString()));
            commandLine = (DebianGuest.COMMAND_LINE + " " + append).strip();
        } else {
            if (kernel == null) {
                throw new Refusal("give a guest: \"lungo run debian\" or --kernel F");
            }
            kernelFile = InputFile.read("--kernel", kernel);
            if (initrd != null) {
                initrdFile = Optional.of(InputFile.read("--initrd", initrd));
            }
        }
        KernelFormat.detect(kernelFile);
        return new MachineSpec(
                bytes,
                cpus,
                model,
                kernelFile,
                initrdFile.map(List::of).orElse(List.of()),
                commandLine,
                noReboot ? OnReset.END : OnReset.REBOOT,
                OnShutdown.CRASH);
    }

    private void checkGuest(String name) {
        if (!name.equals("debian")) {
            throw new Refusal(
                    "there is no guest \"" + name + "\": give debian, or a kernel with --kernel");
        }
        if (kernel != null || initrd != null) {
            throw new Refusal("debian has its own kernel and initrd: leave out --kernel, --initrd");
        }
    }

    private long memoryBytes() {
        long bytes = ByteSize.parse("--memory", memory);
        if (bytes > MOST_MEMORY) {
            throw new Refusal("--memory " + memory + " is more than a machine can have, 512G");
        }
        return MemoryMap.of(bytes).ramBytes();
    }

    private void checkCpus() {
        if (cpus < 1 || cpus > MachineSpec.MOST_CPUS) {
            throw new Refusal(
                    "--cpus takes 1 to " + MachineSpec.MOST_CPUS + ", not \"" + cpus + "\"");
        }
    }

    private Engine engine() {
        List<Engine> engines =
                ServiceLoader.load(Engine.class).stream().map(ServiceLoader.Provider::get).toList();
        return engines.stream()
                .filter(each -> engine.equals("auto") || engine.equals(each.name()))
                .findFirst()
                .orElseThrow(() ->
                        new Refusal(
                                "--engine takes auto or "
                                        + engines.stream()
                                                .map(Engine::name)
                                                .collect(Collectors.joining(" or "))
                                        + ", not \""
                                        + engine
                                        + "\""));
    }

    private String model(Engine chosen) {
        List<String> models = chosen.cpuModels();
        if (cpuModel == null) {
            return models.getFirst();
        }
        if (!models.contains(cpuModel)) {
            throw new Refusal(
                    "--cpu takes " + String.join(" or ", models) + ", not \"" + cpuModel + "\"");
        }
        return cpuModel;
    }

    private Optional<Duration> limit() {
        if (timeout == null) {
            return Optional.empty();
        }
        if (timeout.signum() <= 0 || timeout.compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) > 0) {
            throw new Refusal("--timeout takes a number of seconds, not \"" + timeout + "\"");
        }
        return Optional.of(Duration.ofMillis(timeout.movePointRight(3).longValue()));
    }
}
