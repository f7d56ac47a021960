/** The command line. */
@org.jspecify.annotations.NullMarked
module dev.lungo.cli {
    requires static org.jspecify;
    requires dev.lungo.pc;
    requires dev.lungo.host;
    requires org.apache.commons.compress;
    requires org.tukaani.xz;

    uses dev.lungo.machine.Engine;
    uses java.util.spi.ToolProvider;
}
