using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Semblance.Imaging;

namespace Semblance.Testing;

/// <summary>One file of a <see cref="HostileFolder"/> and what a run over the folder should make of it.</summary>
/// <param name="Path">Full path; where the name is not valid UTF-8, as .NET shows it, with replacement characters.</param>
/// <param name="What">What is hostile about it.</param>
/// <param name="Reason">The failure it should be listed with, or null where it is a picture and should be indexed.</param>
/// <param name="MayDecode">True where decoding is as good an answer as <see cref="Reason"/>.</param>
public sealed record HostileFile(string Path, string What, DecodeFailureReason? Reason, bool MayDecode = false);

/// <summary>
/// A folder with everything that has broken an indexer: damaged, huge and lying files, names that are no text, links that
/// go round, a pipe that nobody writes to, drawings that reach for other files and for the network. Three good pictures
/// lie among them. Names that only Unix allows are made on Unix only. Dispose it before the folder around it: .NET cannot
/// remove names that are no text.
/// </summary>
public sealed unsafe partial class HostileFolder : IDisposable
{
    private const int LongPathBytes = 4200;
    private const int FolderOnly = 0x10000;
    private const int CreateForWriting = 0x40 | 0x1;

    private readonly List<HostileFile> _files = [];

    private HostileFolder(string path) => Path = path;

    public string Path { get; }

    /// <summary>The files that a walk of the folder finds, apart from those that only a walk by bytes can reach.</summary>
    public IReadOnlyList<HostileFile> Files => _files;

    /// <summary>The good pictures.</summary>
    public IEnumerable<HostileFile> Good => _files.Where(file => file.Reason is null);

    /// <summary>True where a file lies at the end of a path of more than 4,096 bytes, which no plain open can name.</summary>
    public bool HasLongPath { get; private set; }

    /// <summary>A port of this machine that the drawings refer to; nothing may ever connect.</summary>
    public string Url { get; private set; } = "";

    /// <summary>
    /// A picture of pure red beside the folder, not in it, that the drawings refer to: no decoded drawing may hold a red pixel.
    /// </summary>
    public string Outside { get; private set; } = "";

    /// <param name="path">The folder, made here; its parent must exist and gets one file, the picture outside.</param>
    /// <param name="url">What drawings fetch; a test may listen there.</param>
    /// <param name="metadataBytes">Size of the comments and of the unpacked texts of the pictures with huge metadata.</param>
    public static HostileFolder Create(string path, string url = "http://127.0.0.1:9/picture.png", int metadataBytes = 20 << 20)
    {
        Directory.CreateDirectory(path);
        var folder = new HostileFolder(path) { Url = url, Outside = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!, "outside-red.png") };
        File.WriteAllBytes(folder.Outside, PictureBytes.Png(TestPictures.Solid(100, 80, 255, 0, 0)));
        folder.AddGood();
        folder.AddDamaged();
        folder.AddBombs(metadataBytes);
        folder.AddDrawings();
        folder.AddScripts();
        if (!OperatingSystem.IsWindows())
        {
            folder.AddNames();
            folder.AddLinks();
            folder.AddSpecial();
        }
        return folder;
    }

    public void Dispose()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.Delete(Path, recursive: true);
            return;
        }
        using var remove = Process.Start("rm", ["-rf", "--", Path]);
        remove.WaitForExit();
    }

    private void AddGood()
    {
        for (var i = 0; i < 3; i++)
            Add($"good-{i}.jpg", PictureBytes.Jpeg(TestPictures.Scene(160, 120, i, i)), "a picture", null);
        Add("really-a-png.jpg", PictureBytes.Png(TestPictures.Scene(160, 120, 3, 3)), "a PNG named .jpg", null);
    }

    private void AddDamaged()
    {
        Add("empty.jpg", [], "an empty file", DecodeFailureReason.Empty);
        Add("text.jpg", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("Dear diary, today I took no pictures.\n", 50))), "a text named .jpg", DecodeFailureReason.NotAPicture);
        var jpeg = PictureBytes.Jpeg(TestPictures.Scene(320, 240, 5, 5));
        var png = PictureBytes.Png(TestPictures.Scene(160, 120, 6, 6));
        for (var i = 1; i <= 10; i++)
        {
            Add($"truncated-{i:00}.jpg", jpeg[..(jpeg.Length * i / 11)], $"a JPEG cut at {i}/11", DecodeFailureReason.Truncated);
            Add($"truncated-{i:00}.png", png[..(png.Length * i / 11)], $"a PNG cut at {i}/11", DecodeFailureReason.Truncated);
        }
        Add("icon.png", [0, 0, 1, 0, 1, 0, .. new byte[64]], "a format without a decoder", DecodeFailureReason.Unsupported);
        Add("jpeg-2000.jp2", [0, 0, 0, 0x0C, .. "jP  \r\n"u8, 0x87, 0x0A, .. new byte[64]], "a JPEG 2000 of zeros", DecodeFailureReason.Broken);
        Add("cut.heic", HeicBytes.Turned[..^90], "a HEIC that breaks off", DecodeFailureReason.Truncated);
        Add("cut.psd", SecondBytes.Psd(TestPictures.Scene(80, 60, 4, 4))[..9000], "a PSD that breaks off", DecodeFailureReason.Truncated);
        Add("document.png", Encoding.ASCII.GetBytes("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"), "a PDF named .png", DecodeFailureReason.Blocked);
    }

    private void AddBombs(int metadataBytes)
    {
        foreach (var format in HostileBytes.BombFormats)
            Add($"bomb.{format}", HostileBytes.HeaderBomb(format), $"a {format} whose header promises {HostileBytes.BombSide} x {HostileBytes.BombSide} pixels", DecodeFailureReason.TooLarge);
        Add("bomb.bmp", SecondBytes.BmpHeader(HostileBytes.BombSide, HostileBytes.BombSide, 24), "a bitmap whose header promises too many pixels", DecodeFailureReason.TooLarge);
        Add("comments.jpg", HostileBytes.JpegWithComments(metadataBytes), "a JPEG behind megabytes of comments", null);
        Add("text-bomb.png", HostileBytes.PngWithCompressed("zTXt", metadataBytes), "a PNG whose text unpacks to megabytes", DecodeFailureReason.Broken, mayDecode: true);
        Add("profile-bomb.png", HostileBytes.PngWithCompressed("iCCP", metadataBytes), "a PNG whose profile unpacks to megabytes", DecodeFailureReason.Broken, mayDecode: true);
    }

    private void AddDrawings()
    {
        Add("reaches-out.svg", HostileBytes.SvgThatReachesOut(Outside, Url), "a drawing that refers to files and network", DecodeFailureReason.Broken, mayDecode: true);
        Add("image-only.svg", PictureBytes.Svg($"<image href=\"file://{Outside}\" width=\"100\" height=\"80\"/><image href=\"{Url}\" width=\"100\" height=\"80\"/>"), "a drawing of nothing but outside pictures", DecodeFailureReason.Broken, mayDecode: true);
        Add("entities.svg", HostileBytes.SvgOfEntities(), "a drawing whose entities multiply", DecodeFailureReason.Broken, mayDecode: true);
    }

    // What the second decoder's library would follow, were it let: under names and first bytes of formats that it reads.
    private void AddScripts()
    {
        var script = Encoding.ASCII.GetBytes($"push graphic-context\nviewbox 0 0 100 80\nimage over 0,0 100,80 '{Outside}'\nimage over 0,0 0,0 '{Url}'\npop graphic-context\n");
        var program = Encoding.ASCII.GetBytes($"<?xml version=\"1.0\"?>\n<image><read filename=\"{Outside}\"/><read filename=\"{Url}\"/><write filename=\"{Path}/written.png\"/></image>\n");
        Add("script.heic", script, "drawing commands named .heic", DecodeFailureReason.NotAPicture);
        Add("program.bmp", program, "a program named .bmp", DecodeFailureReason.NotAPicture);
        Add("script-behind-magic.heic", [0, 0, 0, 24, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8, .. script], "drawing commands that begin as a HEIC", DecodeFailureReason.Truncated);
        Add("program-behind-magic.jxl", [0xFF, 0x0A, .. program], "a program that begins as a JPEG XL", DecodeFailureReason.Broken);
    }

    private void AddNames()
    {
        var picture = PictureBytes.Jpeg(TestPictures.Scene(160, 120, 7, 7));
        Add("two\nlines.jpg", picture, "a name with a newline", null);
        Add("quotes'\"$(x) ,;\t.jpg", picture, "a name with quotes, a tab and shell signs", null);
        Add("-k.jpg", picture, "a name like an option", null);
        Add("ü-日本-🎈.jpg", picture, "a name beyond ASCII", null);
        // 0xFF and 0xFE begin no UTF-8 sequence: only the system calls can make, and open, this name.
        WriteByBytes([.. Encoding.UTF8.GetBytes(Path + "/bad-"), 0xFF, 0xFE, .. ".jpg"u8], picture);
        _files.Add(new HostileFile(System.IO.Path.Combine(Path, "bad-\uFFFD\uFFFD.jpg"), "a name that is no UTF-8", DecodeFailureReason.Unreadable, MayDecode: true));
        AddLongPath(picture);
    }

    // A path longer than the system takes in one call is made step by step, each folder opened relative to the one before.
    private void AddLongPath(byte[] picture)
    {
        var name = new string('d', 200);
        var bytes = Encoding.UTF8.GetByteCount(Path);
        var folder = Open(System.IO.Path.GetFullPath(Path), FolderOnly, 0);
        while (folder >= 0 && bytes < LongPathBytes)
        {
            if (MakeFolderAt(folder, name, 0x1ED) != 0)
                break;
            var next = OpenAt(folder, name, FolderOnly, 0);
            Close(folder);
            folder = next;
            bytes += name.Length + 1;
        }
        if (folder < 0)
            return;
        var file = OpenAt(folder, "deep.jpg", CreateForWriting, 0x1A4);
        if (file >= 0)
        {
            Write(file, picture);
            HasLongPath = bytes >= LongPathBytes;
        }
        Close(folder);
    }

    private void AddLinks()
    {
        var loops = Directory.CreateDirectory(System.IO.Path.Combine(Path, "loops")).FullName;
        Add("loops/inside.jpg", PictureBytes.Jpeg(TestPictures.Scene(160, 120, 8, 8)), "a picture beside links that go round", null);
        Directory.CreateSymbolicLink(System.IO.Path.Combine(loops, "self"), loops);
        Directory.CreateSymbolicLink(System.IO.Path.Combine(loops, "up"), Path);
        File.CreateSymbolicLink(System.IO.Path.Combine(loops, "a.jpg"), System.IO.Path.Combine(loops, "b.jpg"));
        File.CreateSymbolicLink(System.IO.Path.Combine(loops, "b.jpg"), System.IO.Path.Combine(loops, "a.jpg"));
        File.CreateSymbolicLink(System.IO.Path.Combine(loops, "nowhere.jpg"), System.IO.Path.Combine(loops, "not-there.jpg"));
        foreach (var (name, what) in new[] { ("a.jpg", "a link to a link to itself"), ("b.jpg", "a link to a link to itself"), ("nowhere.jpg", "a link to nothing") })
            _files.Add(new HostileFile(System.IO.Path.Combine(loops, name), what, DecodeFailureReason.Unreadable));
    }

    private void AddSpecial()
    {
        var unreadable = Add("unreadable.jpg", PictureBytes.Jpeg(TestPictures.Scene(160, 120, 9, 9)), "a file without permission", DecodeFailureReason.Unreadable, mayDecode: Environment.IsPrivilegedProcess);
        File.SetUnixFileMode(unreadable, UnixFileMode.None);
        var pipe = System.IO.Path.Combine(Path, "pipe.jpg");
        if (MakePipe(pipe, 0x1A4) == 0)
            _files.Add(new HostileFile(pipe, "a pipe that nobody writes to", DecodeFailureReason.Unreadable));
        var device = System.IO.Path.Combine(Path, "device.jpg");
        File.CreateSymbolicLink(device, "/dev/zero");
        _files.Add(new HostileFile(device, "a link to an endless device", DecodeFailureReason.Unreadable));
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(Path, "folder.jpg")).FullName;
        File.WriteAllBytes(System.IO.Path.Combine(folder, "within.jpg"), PictureBytes.Jpeg(TestPictures.Scene(160, 120, 10, 10)));
        _files.Add(new HostileFile(System.IO.Path.Combine(folder, "within.jpg"), "a picture in a folder named .jpg", null));
    }

    private string Add(string name, byte[] bytes, string what, DecodeFailureReason? reason, bool mayDecode = false)
    {
        var path = System.IO.Path.Combine(Path, name);
        File.WriteAllBytes(path, bytes);
        _files.Add(new HostileFile(path, what, reason, mayDecode));
        return path;
    }

    private static void WriteByBytes(byte[] path, byte[] content)
    {
        fixed (byte* name = (byte[])[.. path, 0])
        {
            var file = OpenBytes(name, CreateForWriting, 0x1A4);
            if (file < 0)
                throw new IOException("The file system takes no name that is not UTF-8.");
            Write(file, content);
        }
    }

    private static void Write(int file, byte[] content)
    {
        using var stream = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(file, ownsHandle: true), FileAccess.Write);
        stream.Write(content);
    }

    // The constants above are Linux's; on other systems the calls fail and the long path is left out.
    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "open")]
    private static partial int OpenBytes(byte* path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "openat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenAt(int folder, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "mkdirat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFolderAt(int folder, string path, uint mode);

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakePipe(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
