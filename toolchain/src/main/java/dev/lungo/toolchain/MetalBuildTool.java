package dev.lungo.toolchain;

import dev.lungo.toolchain.image.Compression;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.spi.ToolProvider;

/**
 * The toolchain as the JDK knows tools, so that whoever starts it needs nothing of it but its jars.
 * {@code --target} efi, multiboot or coreboot; {@code --hypervisor} a class; {@code --classpath}
 * where it is; {@code --main} another main class, for programs that are no hypervisor; {@code
 * --config} a file; {@code -o} the image. For coreboot that may be a whole {@code .cbfs}, in which
 * the configuration is a file, {@code --next} what the hypervisor boots, and {@code --initrd} the
 * initramfs of that; {@code --compress} says how programs are kept there.
 */
public final class MetalBuildTool implements ToolProvider {
    private static final String MAIN = "dev.lungo.metal.Main";

    @Override
    public String name() {
        return "lungo-metal-build";
    }

    @Override
    public int run(PrintWriter out, PrintWriter err, String... args) {
        try {
            build(args);
            return 0;
        } catch (ToolchainException e) {
            err.println("lungo: " + e.getMessage());
            return 1;
        }
    }

    private static void build(String... args) {
        Target target = Target.EFI;
        String mainClass = MAIN;
        Optional<String> hypervisor = Optional.empty();
        List<Path> classPath = new ArrayList<>();
        String config = "";
        Optional<Path> output = Optional.empty();
        SortedMap<String, byte[]> others = new TreeMap<>();
        Compression compression = Compression.LZMA;
        for (int i = 0; i < args.length; i += 2) {
            if (i + 1 == args.length) {
                throw new ToolchainException("metal build: " + args[i] + " needs a value");
            }
            String value = args[i + 1];
            switch (args[i]) {
                case "--target" -> target = target(value);
                case "--main" -> mainClass = value;
                case "--hypervisor" -> hypervisor = Optional.of(value);
                case "--classpath" -> {
                    for (String entry : value.split(":", -1)) {
                        classPath.add(existing(Path.of(entry)));
                    }
                }
                case "--config" -> config = read(Path.of(value));
                case "--next" -> others.put("realpayload", content(Path.of(value)));
                case "--initrd" -> others.put("initrd", content(Path.of(value)));
                case "--compress" -> compression = compression(value);
                case "-o" -> output = Optional.of(Path.of(value));
                default -> throw new ToolchainException("metal build has no option " + args[i]);
            }
        }
        Path file =
                output.orElseThrow(
                        () -> new ToolchainException("metal build needs -o FILE for the image"));
        classPath.addAll(shipped());
        MetalBuild build =
                MetalBuild.of(target, mainClass, classPath)
                        .withHypervisor(hypervisor)
                        .withConfig(config);
        boolean flash = target == Target.COREBOOT && file.toString().endsWith(".cbfs");
        if (!flash && !others.isEmpty()) {
            throw new ToolchainException(
                    "--next and --initrd go into a CBFS: give --target coreboot and -o FILE.cbfs");
        }
        byte[] image = flash ? build.buildCbfs(compression, others) : build.build();
        try {
            Files.write(file, image);
        } catch (IOException e) {
            throw new ToolchainException("cannot write " + file, e);
        }
    }

    private static Target target(String name) {
        for (Target target : Target.values()) {
            if (target.name().toLowerCase(Locale.ROOT).equals(name)) {
                return target;
            }
        }
        throw new ToolchainException("--target is efi, multiboot or coreboot, not " + name);
    }

    private static Path existing(Path entry) {
        if (!Files.exists(entry)) {
            throw new ToolchainException("there is no " + entry + " for the class path");
        }
        return entry;
    }

    private static Compression compression(String name) {
        for (Compression compression : Compression.values()) {
            if (compression.name().toLowerCase(Locale.ROOT).equals(name)) {
                return compression;
            }
        }
        throw new ToolchainException("--compress is none, lzma or lz4, not " + name);
    }

    private static String read(Path file) {
        return new String(content(file), StandardCharsets.UTF_8);
    }

    private static byte[] content(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new ToolchainException("cannot read " + file, e);
        }
    }

    /** The program that is shipped: its classes are beside this one's. */
    private static List<Path> shipped() {
        String name = "/" + MAIN.replace('.', '/') + ".class";
        URL main = MetalBuildTool.class.getResource(name);
        if (main == null) {
            return List.of();
        }
        String url = main.toString();
        String place = url.substring(0, url.length() - name.length());
        if (place.startsWith("jar:")) {
            place = place.substring("jar:".length(), place.length() - "!".length());
        }
        return List.of(Path.of(URI.create(place)));
    }
}
