using System.Runtime.InteropServices;
using Semblance.Cli;

using var cancellation = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
return await CliApplication.RunAsync(args, CliHost.OfThisProcess(), cancellation.Token);

// The first signal asks the verb to finish or drop what is in flight; a second one is left to end the process.
void Cancel(PosixSignalContext signal)
{
    if (cancellation.IsCancellationRequested)
        return;
    signal.Cancel = true;
    cancellation.Cancel();
}
