package dev.lungo.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Runs the same guests on Lungo and on QEMU's TCG by turns and prints the medians and their ratio.
 * On a noisy machine only the ratio says something.
 */
public final class Bench {
    private static final int RAM_MIB = 512;
    private static final int ITERATIONS_IN_A_ROUND = 20_000;
    private static final int WARM_ROUNDS = 8;
    private static final int ROUNDS = 7;

    /** Of the guests that make-guests.sh makes. */
    private static final List<String> DISKS =
            List.of(
                    "bios-grub.img",
                    "bios-grub16.img",
                    "bios-syslinux.img",
                    "bios-isolinux.iso",
                    "bios-mb2.img",
                    "uefi-uki.img");

    /** One guest on one machine: what was measured, by name. */
    private interface Measurement {
        Map<String, Double> of(Host host) throws IOException, InterruptedException;
    }

    private final List<Host> hosts;
    private final Path guests;
    private final Path scratch;
    private final int runs;

    private Bench(List<Host> hosts, Path guests, Path scratch, int runs) {
        this.hosts = hosts;
        this.guests = guests;
        this.scratch = scratch;
        this.runs = runs;
    }

    /** {@code Bench ROOT GUESTS RUNS [WHAT...] [-- OPTION...]}: the options are for Lungo. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(Arrays.asList(arguments));
        int options = words.indexOf("--");
        List<String> forLungo = List.of();
        if (options >= 0) {
            forLungo = List.copyOf(words.subList(options + 1, words.size()));
            words = words.subList(0, options);
        }
        Path scratch = Files.createTempDirectory("lungo-bench");
        try {
            Bench bench =
                    new Bench(
                            List.of(
                                    Host.lungo(
                                            Path.of(words.get(0)),
                                            scratch.resolve("cache"),
                                            forLungo),
                                    Host.tcg()),
                            Path.of(words.get(1)),
                            scratch,
                            Integer.parseInt(words.get(2)));
            bench.run(words.subList(3, words.size()));
        } finally {
            delete(scratch);
        }
    }

    private void run(List<String> chosen) throws IOException, InterruptedException {
        Map<String, Measurement> all = new LinkedHashMap<>();
        all.put("start", this::start);
        all.put("mix", this::mix);
        all.put("boot", this::boot);
        all.put("disks", this::disks);
        all.put("work", this::work);
        all.put("pair", this::pair);
        System.out.printf(Locale.ROOT, "%-34s %10s %10s %8s%n", "", "lungo", "qemu tcg", "ratio");
        for (Map.Entry<String, Measurement> each : all.entrySet()) {
            if (chosen.isEmpty() || chosen.contains(each.getKey())) {
                compare(each.getValue());
            }
        }
        System.out.printf(Locale.ROOT, "medians of %d runs each, by turns%n", runs);
    }

    private void compare(Measurement measurement) throws IOException, InterruptedException {
        Map<String, List<List<Double>>> samples = new LinkedHashMap<>();
        for (int run = 0; run < runs; run++) {
            for (int host = 0; host < hosts.size(); host++) {
                for (Map.Entry<String, Double> each : measurement.of(hosts.get(host)).entrySet()) {
                    samples.computeIfAbsent(
                                    each.getKey(),
                                    _ -> List.of(new ArrayList<>(), new ArrayList<>()))
                            .get(host)
                            .add(each.getValue());
                }
            }
        }
        samples.forEach((name, of) -> {
            double ours = median(of.get(0));
            double theirs = median(of.get(1));
            System.out.printf(
                    Locale.ROOT, "%-34s %10.3f %10.3f %8.3f%n", name, ours, theirs, ours / theirs);
        });
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private Path mixKernel() throws IOException {
        return Files.write(scratch.resolve("mix"), MixGuest.kernel(ITERATIONS_IN_A_ROUND));
    }

    /** From the command to the guest's first output, which is made by its first instructions. */
    private Map<String, Double> start(Host host) throws IOException {
        try (Machine machine = host.run(RAM_MIB, mixKernel(), "")) {
            return Map.of("start, ms", machine.nextByte() * 1000);
        }
    }

    private Map<String, Double> mix(Host host) throws IOException {
        List<Double> rounds = new ArrayList<>();
        try (Machine machine = host.run(RAM_MIB, mixKernel(), "")) {
            double last = machine.nextByte();
            for (int round = 0; round < WARM_ROUNDS + ROUNDS; round++) {
                double now = machine.nextByte();
                if (round >= WARM_ROUNDS) {
                    rounds.add(now - last);
                }
                last = now;
            }
        }
        return Map.of("mix, rounds/s", 1 / median(rounds));
    }

    /** With nothing that an earlier run has kept, and with what the first has. */
    private Map<String, Double> boot(Host host) throws IOException, InterruptedException {
        delete(scratch.resolve("cache"));
        Map<String, Double> measured = new LinkedHashMap<>();
        for (String which : List.of("cold", "warm")) {
            try (Machine machine = linux(host, 1, "")) {
                machine.line("LUNGO-GUEST-OK");
                measured.put(
                        "linux-direct " + which + ", MiB resident",
                        machine.residentBesidesRam(RAM_MIB));
                measured.put("linux-direct " + which + ", s", machine.end());
            }
        }
        return measured;
    }

    /** From the command to power-off, by way of firmware and boot loader. */
    private Map<String, Double> disks(Host host) throws IOException, InterruptedException {
        Map<String, Double> measured = new LinkedHashMap<>();
        String given = System.getenv("LUNGO_DISKS");
        for (String disk : given == null ? DISKS : List.of(given.strip().split("\\s+"))) {
            Path file = guests.resolve(disk);
            String name = file.getFileName().toString();
            try (Machine machine = host.boot(RAM_MIB, file)) {
                machine.line("LUNGO-GUEST-OK");
                measured.put(
                        name + ", s", name.contains("mb2") ? machine.seconds() : machine.end());
            }
        }
        return measured;
    }

    private static void delete(Path root) throws IOException {
        if (Files.exists(root)) {
            try (Stream<Path> all = Files.walk(root)) {
                for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
    }

    private Map<String, Double> work(Host host) throws IOException, InterruptedException {
        Map<String, Double> measured = new LinkedHashMap<>();
        try (Machine machine = linux(host, 1, " guest=bench")) {
            for (String each : List.of("hash", "fork", "call")) {
                double begun = machine.line("BEGIN " + each);
                measured.put(each + ", s", machine.line("END " + each) - begun);
            }
            machine.end();
        }
        return measured;
    }

    /** Two busy processes on one processor and on two. */
    private Map<String, Double> pair(Host host) throws IOException, InterruptedException {
        Map<String, Double> measured = new LinkedHashMap<>();
        for (int cpus = 1; cpus <= 2; cpus++) {
            try (Machine machine = linux(host, cpus, " guest=pair")) {
                double begun = machine.line("BEGIN pair");
                measured.put("pair, cpus " + cpus + ", s", machine.line("END pair") - begun);
                machine.end();
            }
        }
        measured.put(
                "pair, times the work of one",
                measured.get("pair, cpus 1, s") / measured.get("pair, cpus 2, s"));
        return measured;
    }

    private Machine linux(Host host, int cpus, String append) throws IOException {
        return host.run(
                RAM_MIB,
                cpus,
                guests.resolve("vmlinuz-cloud"),
                "console=ttyS0 panic=-1" + append,
                guests.resolve("initramfs.cpio.gz"));
    }
}
