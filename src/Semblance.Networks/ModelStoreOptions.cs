namespace Semblance.Networks;

/// <summary>How a <see cref="ModelStore"/> reaches the network, and which names it gives nobody.</summary>
public sealed record ModelStoreOptions
{
    /// <summary>Base of <c>hf:</c> names; null takes <c>$HF_ENDPOINT</c>, else <c>https://huggingface.co</c>.</summary>
    public string? HubEndpoint { get; init; }

    /// <summary>Time without a single byte after which a connection counts as lost.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Pause before a lost connection is taken up again; it doubles with each attempt in a row that brought nothing.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Attempts in a row that bring nothing before the download is given up. What has arrived is kept for the next call.</summary>
    public int MaximumAttempts { get; init; } = 5;

    /// <summary>Names that mean something else to those who look models up here, so that no model gets one.</summary>
    public IReadOnlyCollection<string> ReservedIds { get; init; } = [];
}

/// <summary>How far a download has come.</summary>
/// <param name="Total">Null where the server does not say.</param>
public readonly record struct DownloadProgress(string File, long Received, long? Total);
