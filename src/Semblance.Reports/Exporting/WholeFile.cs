using System.Text;

namespace Semblance.Reports.Exporting;

/// <summary>Files that are there whole or not at all: written beside and renamed. Folders on the way are made, a file of that name is replaced.</summary>
internal static class WholeFile
{
    public static void Write(string path, Action<Stream> write)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder)
            Directory.CreateDirectory(folder);
        var beside = path + ".part";
        try
        {
            using (var stream = new BufferedStream(File.Create(beside), 1 << 16))
                write(stream);
            File.Move(beside, path, overwrite: true);
        }
        finally
        {
            File.Delete(beside);
        }
    }

    /// <summary>UTF-8 without a mark.</summary>
    public static void WriteText(string path, Action<TextWriter> write) => Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        write(writer);
    });
}
