using System.ComponentModel;
using System.Diagnostics;

namespace Semblance.Imaging.Second;

/// <summary>Why a process gave no answer.</summary>
internal enum DecoderEnd
{
    /// <summary>It ended, or said what makes no sense.</summary>
    Lost,

    OutOfTime,

    OutOfMemory,
}

/// <summary>
/// One running decoder program: a file in, an answer out, one at a time. A watch kills it when a picture takes too long or too
/// much; whatever the process does then, the caller's reads and writes end. After a <see cref="DecoderEnd"/> only disposal is left.
/// </summary>
internal sealed class DecoderProcess : IDisposable
{
    private static readonly TimeSpan s_startTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    private readonly Process _process;
    private readonly Stream _input;
    private readonly Stream _output;
    private readonly string _temporary;
    private readonly Timer _watch;
    private readonly Lock _watchLock = new();
    private long _deadline = long.MaxValue;
    private long _mostMemory;
    private DecoderEnd _end;

    private DecoderProcess(Process process, string temporary)
    {
        _process = process;
        _temporary = temporary;
        Id = process.Id;
        _input = process.StandardInput.BaseStream;
        _output = process.StandardOutput.BaseStream;
        _watch = new Timer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        // What libraries print is of no use, and a pipe that nobody empties would stop the process.
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
    }

    internal int Id { get; }

    /// <summary>The folder that the process's own lies in.</summary>
    internal string TemporaryParent => Path.GetDirectoryName(_temporary)!;

    internal bool IsAlive => !_process.HasExited;

    internal DecoderGreeting Greeting { get; private set; } = new(0, "", []);

    /// <summary>When the process was last needed, as <see cref="Environment.TickCount64"/>.</summary>
    internal long LastUsed { get; private set; } = Environment.TickCount64;

    /// <summary>Starts a process and waits for its greeting; null with a problem where it cannot be had.</summary>
    internal static (DecoderProcess? Started, DecoderProblem Problem) Start(DecoderProgram program)
    {
        var (temporary, why) = MakeTemporary(program.Temporary);
        if (temporary is null)
            return (null, DecoderProblem.OfTemporary(program.Temporary, why));
        DecoderProcess? started = null;
        try
        {
            started = new DecoderProcess(Process.Start(program.StartInfo(temporary))!, temporary);
            started.Watch(s_startTime, long.MaxValue);
            if (DecoderWire.Read(started._output) is not { Payload: 0 } message)
                throw new InvalidDataException("It ended at once.");
            started.Greeting = DecoderGreeting.Read(message.Fields);
            started.Unwatch();
            if (started.Greeting.Version == DecoderWire.Version)
                return (started, default);
            throw new InvalidDataException("It is of another build.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException or FormatException or Win32Exception or InvalidOperationException)
        {
            if (started is null)
                Delete(temporary);
            started?.Dispose();
            return (null, new DecoderProblem($"the decoder program would not start ({exception.Message.TrimEnd('.')}); build or install it again"));
        }
    }

    /// <summary>Decodes one file; the pixels are empty unless the answer says decoded.</summary>
    internal (DecoderAnswer? Answer, byte[] Pixels, DecoderEnd End) Decode(DecoderRequest request, ReadOnlySpan<byte> file, TimeSpan time)
    {
        Watch(time, request.MostMemory);
        try
        {
            request.Write(_input, file.Length);
            _input.Write(file);
            _input.Flush();
            if (DecoderWire.Read(_output) is not var (fields, payload))
                return (null, [], _end);
            var answer = DecoderAnswer.Read(fields, payload, request.MostPixels);
            var pixels = GC.AllocateUninitializedArray<byte>(checked((int)payload));
            _output.ReadExactly(pixels);
            return (answer, pixels, default);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or FormatException or OverflowException)
        {
            return (null, [], _end);
        }
        finally
        {
            Unwatch();
            LastUsed = Environment.TickCount64;
        }
    }

    public void Dispose()
    {
        Unwatch();
        _watch.Dispose();
        Kill();
        _process.WaitForExit(s_look);
        _process.Dispose();
        Delete(_temporary);
    }

    // Readable by this user alone; files that a picture needs lie there while it is decoded.
    private static (string? Folder, string Why) MakeTemporary(string parent)
    {
        if (!Directory.Exists(parent))
            return (null, "it does not exist");
        var folder = Path.Combine(parent, "semblance-decoder-" + Path.GetRandomFileName());
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(folder);
            else
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return (folder, "");
        }
        catch (UnauthorizedAccessException)
        {
            return (null, "it cannot be written");
        }
        catch (IOException exception)
        {
            // "No space left on device : '/tmp/...'"
            return (null, exception.Message.Split(" : ")[0].TrimEnd('.'));
        }
    }

    private static void Delete(string temporary)
    {
        try
        {
            Directory.Delete(temporary, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The process deleted it on its way out, or the system does when it cleans up.
        }
    }

    private void Watch(TimeSpan time, long mostMemory)
    {
        lock (_watchLock)
        {
            _deadline = Environment.TickCount64 + (long)time.TotalMilliseconds;
            _mostMemory = mostMemory;
            _end = DecoderEnd.Lost;
            _watch.Change(time < s_look ? time : s_look, s_look);
        }
    }

    private void Unwatch()
    {
        lock (_watchLock)
        {
            _deadline = long.MaxValue;
            _watch.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private void Look()
    {
        lock (_watchLock)
        {
            if (_deadline == long.MaxValue)
                return;
            if (Environment.TickCount64 >= _deadline)
                _end = DecoderEnd.OutOfTime;
            else if (Memory() > _mostMemory)
                _end = DecoderEnd.OutOfMemory;
            else
                return;
            Kill();
        }
    }

    private long Memory()
    {
        try
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
        catch (InvalidOperationException)
        {
            // It has just ended; the reader of its pipe finds out.
            return 0;
        }
    }

    private void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception)
        {
            // It ended by itself.
        }
    }
}
