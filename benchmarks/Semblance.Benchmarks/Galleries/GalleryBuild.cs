using System.Reflection;
using System.Runtime.Loader;

namespace Semblance.Benchmarks.Galleries;

/// <summary>
/// The library of one build, this one or one in another folder, loaded beside and used through its public surface by reflection, so that two
/// builds take turns in one process.
/// </summary>
internal sealed class GalleryBuild
{
    private readonly Assembly _assembly;

    /// <param name="folder">Of the other build's command; null for this build.</param>
    public GalleryBuild(string? folder) =>
        _assembly = folder is null ? typeof(Gallery).Assembly : new Beside(Path.GetFullPath(folder)).LoadFromAssemblyPath(Path.Combine(Path.GetFullPath(folder), "Semblance.dll"));

    /// <summary>Opens a gallery; with <paramref name="upkeep"/> it builds its index by itself.</summary>
    public IDisposable Open(string folder, bool upkeep)
    {
        var options = Activator.CreateInstance(Type("GalleryOptions"))!;
        options.GetType().GetProperty("Upkeep")!.SetValue(options, upkeep);
        options.GetType().GetProperty("Threads")!.SetValue(options, 1);
        return (IDisposable)Type("Gallery").GetMethod("Open")!.Invoke(null, [folder, options])!;
    }

    /// <summary>A search for pictures like one of the gallery, ready to be made.</summary>
    public Func<Task> Search(object gallery, long id, string? where)
    {
        var query = Type("Query").GetMethod("FromId")!.Invoke(null, [id])!;
        if (where is not null)
            Type("Query").GetProperty("Where")!.SetValue(query, where);
        var search = Type("Gallery").GetMethod("SearchAsync")!;
        object[] arguments = [query, 10, CancellationToken.None];
        return () => (Task)search.Invoke(gallery, arguments)!;
    }

    private Type Type(string name) => _assembly.GetType("Semblance." + name, throwOnError: true)!;

    private sealed class Beside(string folder) : AssemblyLoadContext("beside")
    {
        protected override Assembly? Load(AssemblyName name) =>
            File.Exists(Path.Combine(folder, name.Name + ".dll")) ? LoadFromAssemblyPath(Path.Combine(folder, name.Name + ".dll")) : null;

        protected override nint LoadUnmanagedDll(string name)
        {
            foreach (var file in new[] { name, $"lib{name}.so", name + ".so" }.Select(file => Path.Combine(folder, file)).Where(File.Exists))
                return LoadUnmanagedDllFromPath(file);
            return 0;
        }
    }
}
