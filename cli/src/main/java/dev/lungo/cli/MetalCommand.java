package dev.lungo.cli;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.spi.ToolProvider;

/**
 * {@code lungo metal build} and {@code lungo metal log}: the toolchain makes an image, or the
 * program that reads its log. It and the compiler that it drives are loaded here, from a directory
 * of their own, so that no other command pays for them.
 */
final class MetalCommand {
    private static final String USAGE =
            """
            lungo metal build -o FILE    makes an image that starts on bare x86-64
              --target efi|multiboot|coreboot   what starts it; efi if not given
              --hypervisor CLASS                a subclass of dev.lungo.metal.Hypervisor; if not
                                                given, one that lets everything through
              --classpath P                     directories and jars, separated by colons
              --config F                        its configuration, to be read when it starts
            for coreboot, FILE is an ELF payload, or a whole CBFS if it ends in .cbfs; in that go
              --next F                          what is booted next: a Linux kernel or an ELF file
              --initrd F                        an initramfs for that kernel
              --compress none|lzma|lz4          how programs are kept; lzma if not given
            lungo metal log -o FILE      makes a program for Linux that prints the hypervisor's log
            """;

    private MetalCommand() {}

    static int execute(String... arguments) {
        String what = arguments.length < 2 ? "" : arguments[1];
        if (what.equals("--help")) {
            System.out.print(USAGE);
            return ExitStatus.OK;
        }
        if (!what.equals("build") && !what.equals("log")) {
            throw new Refusal("what metal can do is build and log: give \"metal build --help\"");
        }
        if (arguments.length == 3 && arguments[2].equals("--help")) {
            System.out.print(USAGE);
            return ExitStatus.OK;
        }
        List<String> options = new ArrayList<>(List.of(arguments).subList(2, arguments.length));
        Path lib = ownJar().getParent();
        List<Path> rooms = list(lib, "lungo-*.jar");
        if (what.equals("build") && !rooms.isEmpty()) {
            options.add("--classpath");
            options.add(String.join(":", rooms.stream().map(Path::toString).toList()));
        }
        List<Path> jars = new ArrayList<>(list(lib.resolveSibling("toolchain"), "*.jar"));
        jars.addAll(list(lib, "*.jar"));
        try (URLClassLoader loader = new URLClassLoader(urls(jars), PLATFORM)) {
            return ServiceLoader.load(ToolProvider.class, loader).stream()
                    .map(ServiceLoader.Provider::get)
                    .filter(tool -> tool.name().equals("lungo-metal-" + what))
                    .findFirst()
                    .orElseThrow(MetalCommand::missing)
                    .run(System.out, System.err, options.toArray(String[]::new));
        } catch (IOException e) {
            throw missing();
        }
    }

    private static final ClassLoader PLATFORM = ClassLoader.getPlatformClassLoader();

    private static Refusal missing() {
        return new Refusal("the toolchain is not beside this program: start it by ./lungo");
    }

    private static Path ownJar() {
        try {
            URL own = MetalCommand.class.getProtectionDomain().getCodeSource().getLocation();
            return Path.of(own.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Path> list(Path directory, String pattern) {
        List<Path> files = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, pattern)) {
                found.forEach(files::add);
            } catch (IOException e) {
                throw new Refusal("cannot list " + directory);
            }
        }
        files.sort(null);
        return files;
    }

    private static URL[] urls(List<Path> jars) throws MalformedURLException {
        URL[] urls = new URL[jars.size()];
        for (int i = 0; i < urls.length; i++) {
            URI uri = jars.get(i).toUri();
            urls[i] = uri.toURL();
        }
        return urls;
    }
}
