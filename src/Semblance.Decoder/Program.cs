using System.Runtime.InteropServices;
using Semblance.Decoder;

// Ctrl-C reaches every process of a terminal. This one has no say in it: it ends when the pipe from its owner does.
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, static context => context.Cancel = true);
using var quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, static context => context.Cancel = true);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, static context => context.Cancel = true);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, static context => context.Cancel = true);

new DecoderLoop(Console.OpenStandardInput(), Console.OpenStandardOutput()).Run();
