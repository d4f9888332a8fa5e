using Semblance.Imaging;
using Semblance.Learning.DataSets;
using Semblance.Numerics;

namespace Semblance.Learning;

/// <summary>
/// A data set for classification or metric learning: pictures, each of one class. Immutable and thread-safe; pictures are decoded when
/// they are needed. Splits and subsets share the sources.
/// </summary>
public sealed class LabelledPictures
{
    /// <summary>Small enough that decoding costs little; truncation shows all the same.</summary>
    private const int CheckSide = 16;

    private const long UsualArchiveBytes = 2L << 30;

    private readonly PictureSource[] _sources;
    private readonly int[] _labels;
    private readonly string[] _classNames;

    /// <param name="labels">For each source the number of its class.</param>
    /// <exception cref="DataSetException">There is no picture.</exception>
    /// <exception cref="ArgumentException">Sources and labels differ in number, or a label has no class.</exception>
    public LabelledPictures(IReadOnlyList<PictureSource> sources, IReadOnlyList<int> labels, IReadOnlyList<string> classNames)
    {
        if (sources.Count != labels.Count)
            throw new ArgumentException($"There are {sources.Count} pictures and {labels.Count} labels.", nameof(labels));
        if (sources.Count == 0)
            throw new DataSetException("The data set has no picture left; look at what was left out and why.");
        for (var i = 0; i < labels.Count; i++)
        {
            if ((uint)labels[i] >= (uint)classNames.Count)
                throw new ArgumentException($"'{sources[i].Name}' has the label {labels[i]} and there are {classNames.Count} classes.", nameof(labels));
        }
        (_sources, _labels, _classNames) = ([.. sources], [.. labels], [.. classNames]);
    }

    public int Count => _sources.Length;

    public PictureSource this[int position] => _sources[position];

    /// <summary>For each picture the number of its class: a position in <see cref="ClassNames"/>.</summary>
    public ReadOnlySpan<int> Labels => _labels;

    public IReadOnlyList<string> ClassNames => _classNames;

    /// <summary>What was found and left out when this set was read or checked.</summary>
    public IReadOnlyList<PictureFailure> Skipped { get; internal init; } = [];

    /// <summary>
    /// One folder for each class; in folders within folders the class is the path, <c>alphabet/character</c>. Classes and pictures are
    /// in ordinal order of their names. Hidden files and files without a picture's extension are passed over.
    /// </summary>
    /// <exception cref="DataSetException">There is no such folder, or no picture in a class.</exception>
    public static LabelledPictures FromFolder(string path) => FolderPictures.Read(path);

    /// <summary>
    /// The same layout in a <c>.tar</c> or <c>.tar.gz</c>, which is held in memory as it is in the archive (so compressed).
    /// </summary>
    /// <param name="root">The folder in the archive that holds the classes, such as <c>train</c>; null: the innermost that holds everything.</param>
    /// <param name="maxBytes">Most bytes of pictures that are held.</param>
    /// <exception cref="DataSetException">The archive is missing, damaged or too large, or has no picture in a class.</exception>
    public static LabelledPictures FromTar(string path, string? root = null, long maxBytes = UsualArchiveBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBytes);
        return TarPictures.Read(path, root, maxBytes);
    }

    /// <summary>Decodes every picture once, at a small size, and leaves out those that cannot be: they are in <see cref="Skipped"/> of the new set.</summary>
    /// <exception cref="DataSetException">None is left.</exception>
    public LabelledPictures WithoutBroken(int threads = 1, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        var failures = new DecodeFailure?[Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken };
        Parallel.For(0, Count, options, i => failures[i] = _sources[i].Decode(new DecodeOptions { MinimumSide = CheckSide }).Failure);
        var skipped = failures.Index().Where(row => row.Item is not null).Select(row => new PictureFailure(_sources[row.Index].Name, row.Item!.Message)).ToList();
        if (skipped.Count == Count)
            throw new DataSetException($"None of the {Count} pictures can be decoded; the first, '{skipped[0].Name}': {skipped[0].Message}");
        return Of([.. Enumerable.Range(0, Count).Where(i => failures[i] is null)], [.. Skipped, .. skipped]);
    }

    /// <summary>Some of the pictures, in the order given; the classes and their numbers stay.</summary>
    public LabelledPictures Subset(IReadOnlyList<int> positions) => Of(positions, []);

    /// <summary>
    /// Two disjoint parts with the same classes, stratified: of each class the given share, rounded, is in the test part. A class of two
    /// or more is in both parts, a class of one in the training part.
    /// </summary>
    /// <param name="testShare">Above 0 and below 1.</param>
    public (LabelledPictures Train, LabelledPictures Test) Split(double testShare, long seed)
    {
        CheckShare(testShare);
        var isTest = new bool[Count];
        foreach (var members in Enumerable.Range(0, Count).GroupBy(i => _labels[i]))
        {
            var order = members.ToArray();
            if (order.Length < 2)
                continue;
            SeededRandom.Derived(seed, members.Key).Shuffle<int>(order);
            foreach (var position in order.AsSpan(0, Share(order.Length, testShare)))
                isTest[position] = true;
        }
        if (!isTest.Contains(true))
            throw new DataSetException("No class has two pictures, so that there is nothing to test on; split by classes instead.");
        return (Subset(Positions(i => !isTest[i])), Subset(Positions(i => isTest[i])));
    }

    /// <summary>
    /// Two parts without a common class, as metric learning is judged. The classes of each part are numbered anew, from 0, in their
    /// order here.
    /// </summary>
    /// <param name="testShare">Share of the classes; above 0 and below 1.</param>
    /// <exception cref="DataSetException">There is only one class.</exception>
    public (LabelledPictures Train, LabelledPictures Test) SplitByClass(double testShare, long seed)
    {
        CheckShare(testShare);
        var present = _labels.Distinct().Order().ToArray();
        if (present.Length < 2)
            throw new DataSetException($"A split by classes needs two classes or more, and there is only '{_classNames[present[0]]}'.");
        var order = present.ToArray();
        SeededRandom.Derived(seed, -1).Shuffle<int>(order);
        var test = order[..Share(order.Length, testShare)].ToHashSet();
        return (OfLabels(label => !test.Contains(label)), OfLabels(test.Contains));
    }

    /// <summary>The pictures of some classes, which are numbered anew, from 0, in their order here.</summary>
    /// <exception cref="DataSetException">A name is no class of this set.</exception>
    public LabelledPictures OfClasses(IReadOnlyCollection<string> names)
    {
        var wanted = names.ToHashSet(StringComparer.Ordinal);
        if (wanted.Except(_classNames, StringComparer.Ordinal).FirstOrDefault() is { } unknown)
            throw new DataSetException($"There is no class '{unknown}'; the classes are {string.Join(", ", _classNames.Take(10))}{(_classNames.Length > 10 ? ", …" : "")}.");
        return OfLabels(label => wanted.Contains(_classNames[label]));
    }

    private LabelledPictures OfLabels(Func<int, bool> wanted)
    {
        var positions = Positions(i => wanted(_labels[i]));
        var labels = positions.Select(i => _labels[i]).Distinct().Order().ToArray();
        var numbers = labels.Index().ToDictionary(row => row.Item, row => row.Index);
        return new LabelledPictures([.. positions.Select(i => _sources[i])], [.. positions.Select(i => numbers[_labels[i]])], [.. labels.Select(label => _classNames[label])]);
    }

    private LabelledPictures Of(IReadOnlyList<int> positions, IReadOnlyList<PictureFailure> skipped)
    {
        foreach (var position in positions)
        {
            if ((uint)position >= (uint)Count)
                throw new ArgumentOutOfRangeException(nameof(positions), position, $"The data set has {Count} pictures.");
        }
        return new LabelledPictures([.. positions.Select(i => _sources[i])], [.. positions.Select(i => _labels[i])], _classNames) { Skipped = skipped };
    }

    private int[] Positions(Func<int, bool> wanted) => [.. Enumerable.Range(0, Count).Where(wanted)];

    private static int Share(int count, double share) => Math.Clamp((int)Math.Round(count * share), 1, count - 1);

    private static void CheckShare(double share)
    {
        if (!(share > 0 && share < 1))
            throw new ArgumentOutOfRangeException(nameof(share), share, "The share of the test part lies above 0 and below 1.");
    }
}
