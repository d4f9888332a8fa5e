using System.Collections.Concurrent;
using System.Diagnostics;
using Semblance.Imaging.Second;

namespace Semblance.Decoder;

/// <summary>
/// Takes files from one pipe, one after the other, and answers on another. The pipe is read on a thread of its own, also
/// while a picture is decoded: it ends when the owner does, however that was killed, and then this process ends at once, so
/// that a picture without end leaves no orphan.
/// </summary>
internal sealed class DecoderLoop(Stream input, Stream output)
{
    private readonly BlockingCollection<(DecoderRequest Request, NativeBytes File)> _requests = [];

    internal void Run()
    {
        new DecoderGreeting(DecoderWire.Version, MagickReader.Start(), MagickReader.Readable()).Write(output);
        output.Flush();
        new Thread(ReadRequests, 1 << 18) { IsBackground = true }.Start();
        foreach (var (request, file) in _requests.GetConsumingEnumerable())
        {
            using (file)
                Answer(request, file);
        }
    }

    private void ReadRequests()
    {
        try
        {
            while (DecoderWire.Read(input) is var (fields, length))
            {
                var request = DecoderRequest.Read(fields);
                if (length > DecoderWire.MaxFileBytes)
                    break;
                ProcessLimits.SetMemory(request.MostMemory);
                var file = new NativeBytes(length);
                file.ReadFrom(input);
                _requests.Add((request, file));
            }
        }
        finally
        {
            DeleteTemporary();
            Process.GetCurrentProcess().Kill();
        }
    }

    // The owner does it, too, and may have been killed.
    private static void DeleteTemporary()
    {
        try
        {
            if (Environment.GetEnvironmentVariable(DecoderWire.TemporaryVariable) is { Length: > 0 } folder)
                Directory.Delete(folder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is gone, or in use until this process ends.
        }
    }

    private void Answer(DecoderRequest request, NativeBytes file)
    {
        using var reader = new MagickReader();
        var answer = reader.Read(request, file.Span);
        answer.Write(output);
        if (answer.Outcome == DecoderOutcome.Decoded)
            reader.WritePixels(output, answer);
        output.Flush();
    }
}
