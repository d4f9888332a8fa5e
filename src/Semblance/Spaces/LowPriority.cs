using System.Runtime.InteropServices;

namespace Semblance.Spaces;

/// <summary>
/// Makes the calling thread give way to others. Linux knows no priorities of .NET's threads; there the thread's nice value is raised
/// (setpriority(2) of Linux, which sets it for one thread).
/// </summary>
internal static partial class LowPriority
{
    private const int OfProcess = 0; // PRIO_PROCESS, with 0 for the calling thread.
    private const int Nice = 10;

    public static void Enter()
    {
        Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = SetPriority(OfProcess, 0, Nice);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // A C library of another name: the work is done at the usual priority.
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int priority);
}
