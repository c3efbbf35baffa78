// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title The rules of a lending vault: collaterals, interest, risk
/// @notice What governance sets, within ranges that hold for everybody, and what is set now. Debts are in asset units;
/// collateral in the collateral token's smallest unit; ratios in bps; rates in WAD per second.
interface ILendingRules {
    /// @notice Rules of one collateral.
    /// @param ltvBps Highest debt value / collateral value at which one may borrow or withdraw.
    /// @param lltvBps Above this ratio a position may be liquidated.
    /// @param liquidationIncentiveBps What a liquidator gets beyond what it repays, while the collateral allows it.
    /// @param minIncentiveBps What it gets at least; a position that cannot pay even this is insolvent.
    /// @param targetHealthBps Health factor that a partial liquidation restores.
    /// @param principalCap Most principal that may be lent against this collateral, asset units, at most 2^112 - 1.
    struct CollateralConfig {
        uint16 ltvBps;
        uint16 lltvBps;
        uint16 liquidationIncentiveBps;
        uint16 minIncentiveBps;
        uint16 targetHealthBps;
        uint128 principalCap;
    }

    /// @notice Interest rules. Rates are WAD per second.
    /// @param baseRateWad Rate at zero utilization.
    /// @param slopeBelowKinkWad Added from zero utilization to the kink.
    /// @param slopeAboveKinkWad Added from the kink to full utilization.
    /// @param kinkBps Utilization at which the slope changes.
    /// @param reserveFactorBps Share of interest that goes to reserves: interest that takes all debt from D to E adds
    /// floor(E x factor) - floor(D x factor).
    struct RateModel {
        uint64 baseRateWad;
        uint64 slopeBelowKinkWad;
        uint64 slopeAboveKinkWad;
        uint16 kinkBps;
        uint16 reserveFactorBps;
    }

    /// @notice Rules of the whole vault.
    /// @param debtCap Most debt in total, asset units, at most 2^112 - 1.
    /// @param minDebt Smallest debt a position may have (or none), asset units, at most 2^104 - 1.
    /// @param waitingPeriod Age from which principal is insured, seconds. It is counted from the next multiple of 64 s; with
    /// zero, all principal is insured at once.
    /// @param confirmationDelay Time between the first sight of an insolvency and a write-off without cash, seconds.
    /// @param confirmationWindow Time after that delay in which the record can be used, seconds.
    /// @param liquidationFeeBps Share of a solvent liquidation's incentive that goes to reserves.
    /// @param keeperRewardBps Reward for a write-off without collateral, share of the bad debt.
    /// @param maxKeeperReward Most such a reward may be, asset units.
    struct RiskConfig {
        uint128 debtCap;
        uint128 minDebt;
        uint32 waitingPeriod;
        uint32 confirmationDelay;
        uint32 confirmationWindow;
        uint16 liquidationFeeBps;
        uint16 keeperRewardBps;
        uint96 maxKeeperReward;
    }

    /// @notice Shortfalls, and changes of them, are provisioned from this size, asset units; zero: none is.
    event MinProvisionSet(uint256 assets);
    /// @notice The rules of `collateral` are these from now on.
    event CollateralConfigured(address indexed collateral, CollateralConfig config);
    /// @notice No new debt against `collateral`: its principal cap is zero.
    event CollateralFrozen(address indexed collateral);
    /// @notice `collateral`, whose feed is dead, may be retired from second `effectiveAt` on.
    event CollateralRetirementAnnounced(address indexed collateral, uint256 effectiveAt);
    /// @notice The feed of `collateral` answers; it will not be retired.
    event CollateralRetirementCancelled(address indexed collateral);
    /// @notice `collateral` is valued at `priceWad` (asset units per collateral unit, WAD) from now on.
    event CollateralRetired(address indexed collateral, uint256 priceWad);
    /// @notice Interest runs by these rules from now on.
    event RateModelSet(RateModel model);
    /// @notice The vault's rules are these from now on.
    event RiskConfigSet(RiskConfig config);

    /// @notice `collateral` is not listed.
    error UnknownCollateral(address collateral);
    /// @notice This token can never be collateral here: the vault's asset, its shares, or a token of the waterfall.
    error ForbiddenCollateral(address collateral);
    /// @notice A parameter lies outside its sane range [`min`, `max`].
    error ParameterOutOfRange(bytes32 parameter, uint256 value, uint256 min, uint256 max);
    /// @notice The collateral's feed is alive, or retirement was not announced long enough ago.
    error RetirementNotDue(address collateral, uint256 effectiveAt);
    error FeedAlive(address collateral);
    /// @notice Whether a feed is dead can only be told with enough gas at hand.
    error InsufficientGas(uint256 gasLeft, uint256 gasNeeded);
    error NotRetired(address collateral);
    error AlreadyRetired(address collateral);

    /// @notice Listed collaterals, in order of listing.
    function collaterals() external view returns (address[] memory);

    /// @notice Rules of `collateral`; zeros if it is not listed.
    function collateralConfig(address collateral) external view returns (CollateralConfig memory);

    /// @notice Retirement of a dead collateral: when announced and retired (seconds, 0 if not), and its set price.
    function retirementOf(
        address collateral
    ) external view returns (uint64 announcedAt, bool retired, uint256 priceWad);

    /// @notice Interest rules.
    function rateModel() external view returns (RateModel memory);

    /// @notice Rules of the whole vault.
    function riskConfig() external view returns (RiskConfig memory);

    /// @notice Lists a collateral or changes its rules. Governor, or the risk steward within its steps.
    function setCollateral(address collateral, CollateralConfig calldata config) external;

    /// @notice Stops new debt against a collateral by setting its principal cap to zero. Guardian.
    function freezeCollateral(address collateral) external;

    /// @notice Changes the interest rules; what has run so far ran at the old ones. Governor, or the risk steward within its
    /// steps.
    function setRateModel(RateModel calldata model) external;

    /// @notice Changes the vault's rules. Governor, or the risk steward within its steps.
    function setRiskConfig(RiskConfig calldata config) external;

    /// @notice Sets from which size shortfalls are provisioned; zero makes no new provisions. Governor.
    function setMinProvision(uint256 assets) external;

    /// @notice Least shortfall, and least change of one, that is provisioned, asset units; zero: none is.
    function minProvision() external view returns (uint256 assets);

    /// @notice Announces that a collateral whose feed is dead shall be retired. Governor.
    function announceRetirement(address collateral) external;

    /// @notice Cancels an announced retirement; open to anyone who can show that the feed answers.
    function cancelRetirement(address collateral) external;

    /// @notice Retires an announced collateral after the delay if its feed is still dead: from then on it counts as
    /// zero. Open to all.
    function retireCollateral(address collateral) external;

    /// @notice Sets what anyone may buy the remains of a retired collateral for. Governor.
    /// @param priceWad Asset units per collateral unit, WAD.
    function setRetiredPrice(address collateral, uint256 priceWad) external;
}
